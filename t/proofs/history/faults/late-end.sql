-- Rule 3 broken: a lease still counts against others until the sweeper has run.
create or replace function silo.live_lock(item uuid)
returns silo.locks language sql volatile as $$
  select * from silo.locks l where l.item_id = item
$$;
