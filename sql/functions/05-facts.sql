-- The facts that server and clients share, as fcgi/base/facts.def declares them: change them there, then
-- run sql/facts --write. Postgres takes each for a constant: a plan has the number, and calls nothing.

create or replace function silo.roles()
returns text[]
language sql immutable parallel safe as 'select array[''viewer'', ''editor'', ''admin'']';

create or replace function silo.item_types()
returns text[]
language sql immutable parallel safe as 'select array[''part'', ''assembly'', ''drawing'', ''document'', ''consumable'', ''tool'']';

create or replace function silo.event_types()
returns text[]
language sql immutable parallel safe as 'select array[''item.created'', ''item.updated'', ''item.deleted'', ''revision.created'', ''item.locked'', ''item.unlocked'', ''lock.expiring'', ''lock.requested'', ''server.state'']';

create or replace function silo.limit_username()
returns integer
language sql immutable parallel safe as 'select 64';

create or replace function silo.limit_display_name()
returns integer
language sql immutable parallel safe as 'select 200';

create or replace function silo.limit_password_least()
returns integer
language sql immutable parallel safe as 'select 8';

create or replace function silo.limit_password()
returns integer
language sql immutable parallel safe as 'select 1024';

create or replace function silo.limit_tokens()
returns integer
language sql immutable parallel safe as 'select 1000';

create or replace function silo.limit_token_name()
returns integer
language sql immutable parallel safe as 'select 100';

create or replace function silo.limit_token_days()
returns integer
language sql immutable parallel safe as 'select 3650';

create or replace function silo.limit_part_number()
returns integer
language sql immutable parallel safe as 'select 64';

create or replace function silo.limit_category()
returns integer
language sql immutable parallel safe as 'select 32';

create or replace function silo.limit_description()
returns integer
language sql immutable parallel safe as 'select 2000';

create or replace function silo.limit_properties_bytes()
returns integer
language sql immutable parallel safe as 'select 65536';

create or replace function silo.limit_project()
returns integer
language sql immutable parallel safe as 'select 64';

create or replace function silo.limit_project_name()
returns integer
language sql immutable parallel safe as 'select 200';

create or replace function silo.limit_filename_bytes()
returns integer
language sql immutable parallel safe as 'select 255';

create or replace function silo.limit_revision_comment()
returns integer
language sql immutable parallel safe as 'select 2000';

create or replace function silo.limit_lock_comment()
returns integer
language sql immutable parallel safe as 'select 500';

create or replace function silo.limit_workstation()
returns integer
language sql immutable parallel safe as 'select 200';

create or replace function silo.limit_release_reason()
returns integer
language sql immutable parallel safe as 'select 500';

create or replace function silo.limit_request_message()
returns integer
language sql immutable parallel safe as 'select 500';

create or replace function silo.limit_part_numbers()
returns integer
language sql immutable parallel safe as 'select 1000';

create or replace function silo.limit_thumbnails()
returns integer
language sql immutable parallel safe as 'select 64';

create or replace function silo.limit_search()
returns integer
language sql immutable parallel safe as 'select 200';

create or replace function silo.limit_page()
returns integer
language sql immutable parallel safe as 'select 1000';

create or replace function silo.limit_page_default()
returns integer
language sql immutable parallel safe as 'select 50';

create or replace function silo.limit_offset()
returns integer
language sql immutable parallel safe as 'select 1000000';

create or replace function silo.limit_cursor()
returns integer
language sql immutable parallel safe as 'select 2000';
