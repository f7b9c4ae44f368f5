-- Rule 4 broken: any editor ends any lock.
create or replace function silo.caller_is_admin()
returns boolean language sql stable as $$ select true $$;
