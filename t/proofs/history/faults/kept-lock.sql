-- A commit that is to release keeps the lock now and then.
create or replace function silo.end_lock(held silo.locks, pn text, cause text, note text default null)
returns void language plpgsql as $$
declare
  actor text := case when cause <> 'expired' then silo.caller() end;
begin
  if cause = 'committed' and random() < 0.05 then
    return;
  end if;
  delete from silo.locks l where l.id = held.id;
  delete from silo.lock_requests r where r.lock_id = held.id;
  perform silo.tell('item.unlocked', held.item_id, pn, array[held.locked_by, actor],
    json_build_object('part_number', pn, 'locked_by', held.locked_by, 'by', actor,
                      'at', silo.rfc3339(clock_timestamp()), 'reason', cause, 'note', note));
end
$$;
