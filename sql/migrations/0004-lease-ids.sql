-- Each lease has a number of its own, new with each lock and each renewal: a client can name the one it
-- means, and a change that comes late, or from a client that knows an older lease, is refused. What a
-- volatile default fills in is another number in each row.
set local role silo_owner;

create sequence silo.lease_ids;
alter table silo.locks add column lease_id bigint not null default nextval('silo.lease_ids');

-- With a lease as their last parameter they are other functions. Workers of the version before call
-- them without it.
drop function if exists silo.judge_lock(silo.items, boolean);
drop function if exists silo.write_guard(silo.items, boolean);
drop function if exists silo.take_lock(silo.items, text, interval, text);
drop function if exists silo.lock_acquire(text, text, integer, text, integer, integer);
drop function if exists silo.drop_lock(silo.items, text);
drop function if exists silo.lock_release(text, text);
drop function if exists silo.locks_acquire(json, text, integer, text, integer, integer);
drop function if exists silo.locks_release(json, boolean, text);
drop function if exists silo.item_update(text, text, json);
drop function if exists silo.item_archive(text, text);
drop function if exists silo.revision_create(text, text, integer, text, json, boolean);
drop function if exists silo.upload_check(text, text, integer, boolean);
drop function if exists silo.revision_upload(text, text, integer, text, json, text, bigint, text, text, bigint, boolean, boolean, boolean);
