-- Rule 9 broken: numbers are skipped, as those of a sequence would be.
create or replace function silo.feed_advance(most integer)
returns integer language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  moved integer;
begin
  with head as (select last from feed_head for no key update),
  taken as (delete from outbox o where o.id in (select q.id from outbox q order by q.id limit most) returning o.*),
  numbered as (
    insert into feed (number, type, item_id, part_number, people, data, at)
    select head.last + 1 + row_number() over (order by t.id), t.type, t.item_id, t.part_number, t.people, t.data, t.at
      from taken t, head
    returning 1)
  select count(*) into moved from numbered;
  update feed_head set last = last + moved + (moved > 0)::integer;
  return moved;
end
$$;
