-- Rule 5 broken: a write does not look at the lock.
create or replace function silo.judge_lock(item silo.items, require_lock boolean, named_lease bigint)
returns void language plpgsql as $$ begin end $$;
