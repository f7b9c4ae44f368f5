-- Rule 10 broken: a write does not look at the lease that it names.
create or replace function silo.judge_lease(item silo.items, held silo.locks, named_lease bigint)
returns void language plpgsql as $$ begin end $$;
