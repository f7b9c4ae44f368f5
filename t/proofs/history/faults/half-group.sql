-- Rule 8 broken: of several items the free ones are taken, and the answer is yes.
create or replace function silo.locks_acquire(
  part_numbers json, new_comment text, expires_in integer, new_workstation text,
  lease_default integer, lease_maximum integer, lease_ids json default null, lease_minimum integer default 60)
returns silo.answer language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  item items;
begin
  for item in select * from silo.claim_items(silo.part_number_keys(part_numbers), part_numbers) loop
    continue when (silo.live_lock(item.id)).locked_by <> silo.caller();
    perform silo.take_lock(item, new_comment, interval '1 hour', new_workstation, null);
  end loop;
  return row (201, '{"locks":[]}', null, null)::answer;
end
$$;
