-- Rule 9 broken: now and then a change is not told.
create or replace function silo.tell(
  type text, item_id uuid, part_number text, people text[], data json)
returns void language sql as $$
  insert into silo.outbox (type, item_id, part_number, people, data, at)
  select type, item_id, part_number, array_remove(people, null), data::text, clock_timestamp()
   where random() > 0.01
$$;
