-- Several locks at once, all or none (rule 8).

-- All or nothing; the refusal lists every conflict.
create or replace function silo.locks_acquire(
  part_numbers json, new_comment text, expires_in integer, new_workstation text,
  lease_default integer, lease_maximum integer, lease_ids json default null, lease_minimum integer default 60)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  lease     interval := silo.lease_length(expires_in, lease_default, lease_maximum, lease_minimum);
  claimed   items[];
  conflicts json;
  item      items;
  taken     record;
  fresh     boolean := false;
  shown     json[];
begin
  perform silo.check_lock_words(new_comment, new_workstation);
  select array_agg(c) into claimed from silo.claim_items(silo.part_number_keys(part_numbers), part_numbers) c;
  perform silo.judge_leases(claimed, part_numbers, lease_ids, true);
  select json_agg(silo.lock_json(l, c.part_number) order by c.part_number_key)
    into conflicts
    from unnest(claimed) c join locks l on l.item_id = c.id
   where l.expires_at > clock_timestamp() and l.locked_by <> silo.caller();
  if conflicts is not null then
    perform silo.refuse(409, 'locked', json_build_object('lock', conflicts -> 0, 'locks', conflicts));
  end if;
  foreach item in array claimed loop
    taken := silo.take_lock(item, new_comment, lease, new_workstation, null);
    fresh := fresh or not taken.renewed;
    shown := shown || silo.lock_json(taken.held, item.part_number);
  end loop;
  return row (case when fresh then 201 else 200 end,
              json_build_object('locks', array_to_json(shown)), null, null)::answer;
end
$$;

-- The named locks, or all of the caller's; all or nothing.
create or replace function silo.locks_release(
  part_numbers json, mine boolean, note text, lease_ids json default null)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  names   text[];
  claimed items[];
  item    items;
  held    locks;
  shown   json[] := '{}';
begin
  if length(note) > silo.limit_release_reason() then
    perform silo.refuse_length('reason', silo.limit_release_reason());
  end if;
  if mine then
    select array_agg(i.part_number_key) into names
      from locks l join items i on i.id = l.item_id
     where l.locked_by = silo.caller() and l.expires_at > clock_timestamp();
  else
    names := silo.part_number_keys(part_numbers);
  end if;
  select coalesce(array_agg(c), '{}') into claimed
    from silo.claim_items(coalesce(names, '{}'), case when not mine then part_numbers end) c;
  perform silo.judge_leases(claimed, case when not mine then part_numbers end, lease_ids, false);
  foreach item in array claimed loop
    -- Of all the caller's locks, one may have ended since they were counted.
    if not mine or (silo.live_lock(item.id)).locked_by = silo.caller() then
      held  := silo.drop_lock(item, note, null);
      shown := shown || silo.lock_json(held, item.part_number);
    end if;
  end loop;
  return row (200, json_build_object('locks', array_to_json(shown)), null, null)::answer;
end
$$;
