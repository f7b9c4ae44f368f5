-- The rules of locking (numbered as in doc/architecture.md; model/locking.pml is this protocol,
-- checked over all interleavings). A lock is a lease: from the instant it expires
-- it does not exist for anybody, whether or not its row is still there.

create or replace function silo.lock_json(held silo.locks, pn text)
returns json
language sql stable as $$
  select json_build_object(
    'part_number', pn, 'item_id', held.item_id, 'lease_id', held.lease_id, 'locked_by', held.locked_by,
    'locked_at', silo.rfc3339(held.locked_at), 'expires_at', silo.rfc3339(held.expires_at),
    'comment', held.comment, 'workstation', held.workstation)
$$;

-- The lock that counts now, or a row of nulls. Here and below: a plan made while few locks are held
-- would read the whole table, and is kept while dead rows pile up in it, so that each pair of lock
-- and release made the next one slower; an index is never worse. Where there is none, a forbidden scan
-- looks so dear that Postgres would compile the plan at each call (90 ms): hence no jit.
create or replace function silo.live_lock(item uuid)
returns silo.locks
language plpgsql stable set enable_seqscan = off set jit = off as $$
declare
  held silo.locks;
begin
  select * into held from silo.locks l where l.item_id = item and l.expires_at > clock_timestamp();
  return held;
end
$$;

-- Rule 10: who names a lease means that one alone (null: any). Its number changes with each lock and
-- each renewal, so a change that was given up and runs late, or a client that has slept, meets another.
create or replace function silo.judge_lease(item silo.items, held silo.locks, named_lease bigint)
returns void
language plpgsql stable as $$
begin
  if held.lease_id <> named_lease then
    perform silo.refuse(412, 'other_lease', json_build_object(
      'part_number', item.part_number, 'lock', silo.lock_json(held, item.part_number)));
  end if;
end
$$;

-- Rule 5 and 7: nobody but the holder writes; in strict mode nobody writes without a lock.
create or replace function silo.judge_lock(item silo.items, require_lock boolean, named_lease bigint)
returns void
language plpgsql stable as $$
declare
  held silo.locks := silo.live_lock(item.id);
begin
  perform silo.judge_lease(item, held, named_lease);
  if held.id is not null and held.locked_by <> silo.caller() then
    perform silo.refuse(409, 'locked', json_build_object('lock', silo.lock_json(held, item.part_number)));
  end if;
  if held.id is null and require_lock then
    perform silo.refuse(409, 'lock_required');
  end if;
end
$$;

-- The same with the item's row claimed, before a write. A lease that has run out is ended here, so
-- that the feed tells its end before the write that it no longer stood against (rule 9).
create or replace function silo.write_guard(item silo.items, require_lock boolean, named_lease bigint)
returns void
language plpgsql set enable_seqscan = off set jit = off as $$
begin
  perform silo.judge_lock(item, require_lock, named_lease);
  perform silo.end_lock(l, item.part_number, 'expired')
     from silo.locks l
    where l.item_id = item.id and l.expires_at <= clock_timestamp();
end
$$;

-- Rule 6: a write that names the state it started from is refused when the item has moved on.
create or replace function silo.stale_guard(item silo.items, if_match text, base_revision integer)
returns void
language plpgsql as $$
begin
  if (base_revision is not null and base_revision <> item.current_revision)
     or not silo.etag_matches(if_match, item) then
    perform silo.refuse(412, 'stale_revision', json_build_object(
      'current_revision', item.current_revision,
      'etag', silo.item_etag(item, null),
      'revision', (select silo.revision_json(r) from silo.revisions r
                    where r.item_id = item.id and r.revision_number = item.current_revision)));
  end if;
end
$$;

-- Ends a lock, whatever the cause, and tells: released, committed, forced, expired or archived.
-- Those who asked for it are among the people of the event.
create or replace function silo.end_lock(held silo.locks, pn text, cause text, note text default null)
returns void
language plpgsql set enable_seqscan = off set jit = off as $$
declare
  actor text := case when cause <> 'expired' then silo.caller() end;
  asked text[];
begin
  delete from silo.locks l where l.id = held.id;
  if exists (select from silo.lock_requests r where r.lock_id = held.id) then
    with gone as (delete from silo.lock_requests r where r.lock_id = held.id returning r.requested_by)
    select array_agg(requested_by) into asked from gone;
  end if;
  perform silo.tell('item.unlocked', held.item_id, pn, array[held.locked_by, actor] || asked,
    json_build_object('part_number', pn, 'locked_by', held.locked_by, 'by', actor,
                      'at', silo.rfc3339(clock_timestamp()), 'reason', cause,
                      'note', note, 'requested_by', coalesce(array_to_json(asked), '[]')));
end
$$;

create or replace function silo.lease_length(
  expires_in integer, lease_default integer, lease_maximum integer, lease_minimum integer)
returns interval
language plpgsql immutable as $$
begin
  if expires_in < lease_minimum or expires_in > lease_maximum then
    perform silo.refuse_value('expires_in', 'a whole number from ' || lease_minimum || ' to ' || lease_maximum);
  end if;
  return coalesce(expires_in, lease_default) * interval '1 second';
end
$$;

-- Rule 2 for one claimed item: free or expired → taken; mine → renewed; another's → SL409.
-- A null comment or workstation leaves that of a renewed lock as it is. Who names a lease means to
-- renew it: where it has ended nothing is taken.
create or replace function silo.take_lock(
  item silo.items, new_comment text, lease interval, new_workstation text, named_lease bigint,
  out held silo.locks, out renewed boolean)
language plpgsql set enable_seqscan = off set jit = off as $$
declare
  instant timestamptz := clock_timestamp();
begin
  select * into held from silo.locks l where l.item_id = item.id;
  if held.id is not null and held.expires_at <= instant then
    perform silo.end_lock(held, item.part_number, 'expired');
    held := null;
  end if;
  renewed := held.id is not null;
  if named_lease is not null and not renewed then
    perform silo.refuse(412, 'other_lease', json_build_object('part_number', item.part_number, 'lock', null));
  end if;
  perform silo.judge_lease(item, held, named_lease);
  if renewed then
    if held.locked_by <> silo.caller() then
      perform silo.refuse(409, 'locked', json_build_object('lock', silo.lock_json(held, item.part_number)));
    end if;
    update silo.locks l
       set lease_id    = nextval('silo.lease_ids'),
           expires_at  = instant + lease,
           comment     = coalesce(new_comment, l.comment),
           workstation = coalesce(new_workstation, l.workstation)
     where l.id = held.id
    returning * into held;
  else
    insert into silo.locks (item_id, locked_by, locked_at, expires_at, comment, workstation)
    values (item.id, silo.caller(), instant, instant + lease, coalesce(new_comment, ''), coalesce(new_workstation, ''))
    returning * into held;
  end if;
  -- A lease under five hours is warned a tenth of it ahead; only such a one needs a note.
  if lease < interval '5 hours' then
    insert into silo.lease_notes (lock_id, lease_end, lead) values (held.id, held.expires_at, lease / 10)
    on conflict do nothing;
  end if;
  perform silo.tell('item.locked', item.id, item.part_number, array[held.locked_by],
    json_build_object('part_number', item.part_number, 'lease_id', held.lease_id, 'locked_by', held.locked_by,
                      'locked_at', silo.rfc3339(held.locked_at), 'expires_at', silo.rfc3339(held.expires_at),
                      'comment', held.comment, 'workstation', held.workstation,
                      'by', silo.caller(), 'at', silo.rfc3339(clock_timestamp()), 'renewed', renewed));
end
$$;

-- Rules 2 and 3. 201 taken, 200 renewed.
create or replace function silo.lock_acquire(
  pn text, new_comment text, expires_in integer, new_workstation text,
  lease_default integer, lease_maximum integer, named_lease bigint default null, lease_minimum integer default 60)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  lease interval := silo.lease_length(expires_in, lease_default, lease_maximum, lease_minimum);
  item  items    := silo.claim_item(pn);
  taken record;
begin
  taken := silo.take_lock(item, new_comment, lease, new_workstation, named_lease);
  return row (case when taken.renewed then 200 else 201 end,
              silo.lock_json(taken.held, item.part_number), null,
              case when taken.renewed then null else '/api/items/' || item.part_number || '/lock' end)::answer;
end
$$;

create or replace function silo.lock_show(pn text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp set enable_seqscan = off set jit = off as $$
declare
  name text;
  held json;
begin
  select i.part_number, case when l.id is not null then silo.lock_json(l, i.part_number) end
    into name, held
    from items i left join locks l on l.item_id = i.id and l.expires_at > clock_timestamp()
   where i.part_number_key = lower(pn) and i.archived_at is null;
  if name is null then
    perform silo.refuse_missing(pn);
  end if;
  return row (200, json_build_object('locked', held is not null, 'lock', held), null, null)::answer;
end
$$;

-- Rule 4 for one claimed item: the holder, whatever role he has now, or an admin by force; SL404 when
-- free, SL403 for others.
create or replace function silo.drop_lock(item silo.items, note text, named_lease bigint)
returns silo.locks
language plpgsql as $$
declare
  held silo.locks := silo.live_lock(item.id);
begin
  if held.id is null then
    perform silo.refuse(404, 'not_locked', json_build_object('part_number', item.part_number));
  end if;
  perform silo.judge_lease(item, held, named_lease);
  if held.locked_by <> silo.caller() and not silo.caller_is_admin() then
    perform silo.refuse(403, 'not_lock_owner',
                        json_build_object('lock', silo.lock_json(held, item.part_number)));
  end if;
  perform silo.end_lock(held, item.part_number,
                        case when held.locked_by = silo.caller() then 'released' else 'forced' end, note);
  return held;
end
$$;

create or replace function silo.lock_release(pn text, note text, named_lease bigint default null)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  item items := silo.claim_item(pn);
  held locks;
begin
  if length(note) > 500 then
    perform silo.refuse_length('reason', 500);
  end if;
  held := silo.drop_lock(item, note, named_lease);
  return row (200, silo.lock_json(held, item.part_number), null, null)::answer;
end
$$;

-- Asks the holder to release. At most one open request a person and lock: asking again changes
-- nothing and is answered with the request that stands. Who is deactivated cannot answer: said, so
-- that nobody waits.
create or replace function silo.lock_request(pn text, new_message text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  item  items := silo.claim_item(pn);
  held  locks := silo.live_lock(item.id);
  asked lock_requests;
  fresh boolean;
begin
  if held.id is null then
    perform silo.refuse(404, 'not_locked', json_build_object('part_number', item.part_number));
  end if;
  if held.locked_by = silo.caller() then
    perform silo.refuse(409, 'own_lock', json_build_object('lock', silo.lock_json(held, item.part_number)));
  end if;
  if length(new_message) > 500 then
    perform silo.refuse_length('message', 500);
  end if;
  insert into lock_requests (lock_id, requested_by, message, requested_at)
  values (held.id, silo.caller(), coalesce(new_message, ''), clock_timestamp())
  on conflict do nothing
  returning * into asked;
  fresh := asked.lock_id is not null;
  if fresh then
    perform silo.tell('lock.requested', item.id, item.part_number, array[held.locked_by, silo.caller()],
      json_build_object('part_number', item.part_number, 'locked_by', held.locked_by, 'by', silo.caller(),
                        'message', asked.message, 'at', silo.rfc3339(asked.requested_at)));
  else
    select * into asked from lock_requests r
     where r.lock_id = held.id and r.requested_by = silo.caller();
  end if;
  return row (case when fresh then 201 else 200 end,
              json_build_object('part_number', item.part_number, 'locked_by', held.locked_by,
                                'holder_active', exists (select from users u where u.username = held.locked_by and u.active),
                                'requested_by', asked.requested_by, 'message', asked.message,
                                'requested_at', silo.rfc3339(asked.requested_at),
                                'lock', silo.lock_json(held, item.part_number)), null, null)::answer;
end
$$;

-- Live locks, newest first.
create or replace function silo.lock_list(
  holder text, of_project text, expiring_within integer, page_limit integer, page_cursor text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  after text[] := silo.cursor_read(page_cursor, 2);
  rows  json[];
  keys  json[];
begin
  perform after[1]::timestamptz, after[2]::bigint; -- judged even when there is no row to compare
  select array_agg(silo.lock_json(p.l, p.part_number)),
         array_agg(json_build_array(silo.rfc3339((p.l).locked_at), (p.l).id))
    into rows, keys
    from (select l, i.part_number
            from locks l join items i on i.id = l.item_id
           where l.expires_at > statement_timestamp()
             and (holder is null or lower(l.locked_by) = lower(holder))
             and (of_project is null or i.project = of_project)
             and (expiring_within is null
                  or l.expires_at <= statement_timestamp() + expiring_within * interval '1 second')
             and (after is null or (l.locked_at, l.id) < (after[1]::timestamptz, after[2]::bigint))
           order by l.locked_at desc, l.id desc
           limit page_limit + 1) p;
  return row (200, silo.page('locks', rows, keys, page_limit), null, null)::answer;
exception when data_exception then
  perform silo.refuse_field('cursor', 'invalid_cursor');
end
$$;

-- Several at once (rule 8) -----------------------------------------------------------------------

-- The keys of a request's part numbers: 1 to 1000, each once. SL422 names the member.
create or replace function silo.part_number_keys(part_numbers json)
returns text[]
language plpgsql immutable as $$
declare
  keys text[];
begin
  if json_typeof(part_numbers) <> 'array'
     or json_array_length(part_numbers) not between 1 and 1000 then
    perform silo.refuse_value('part_numbers', 'a list of 1 to 1000 part numbers');
  end if;
  if exists (select from json_array_elements(part_numbers) e where json_typeof(e) <> 'string') then
    perform silo.refuse_value('part_numbers', 'a list of 1 to 1000 part numbers');
  end if;
  select array_agg(distinct lower(pn)) into keys from json_array_elements_text(part_numbers) pn;
  return keys;
end
$$;

-- Databases that know it without what was asked for.
drop function if exists silo.claim_items(text[]);

-- All items of `keys`, claimed in the one order (by id) that everybody uses, so that two requests
-- never wait for each other in a circle. SL404 lists those of `asked` that are unknown, as asked for.
create or replace function silo.claim_items(keys text[], asked json)
returns setof silo.items
language plpgsql as $$
declare
  unknown json;
  claimed bigint;
begin
  perform silo.must_be_writable();
  return query
    select i.* from silo.items i
     where i.part_number_key = any (keys) and i.archived_at is null
     order by i.id
       for no key update;
  -- Looked for only when one is missing: a kept plan may read all items for it.
  get diagnostics claimed = row_count;
  if claimed = cardinality(keys) then
    return;
  end if;
  select json_agg(distinct a.pn) into unknown
    from json_array_elements_text(asked) a (pn)
   where not exists (select from silo.items i where i.part_number_key = lower(a.pn) and i.archived_at is null);
  if unknown is not null then
    perform silo.refuse(404, 'item_not_found', json_build_object('part_numbers', unknown));
  end if;
end
$$;

-- The leases that a request names, in the order of its part numbers, null where it names none.
create or replace function silo.named_leases(part_numbers json, lease_ids json)
returns table (key text, lease_id bigint)
language plpgsql immutable as $$
begin
  if part_numbers is null or json_typeof(lease_ids) <> 'array'
     or json_array_length(lease_ids) <> json_array_length(part_numbers)
     or exists (select from json_array_elements(lease_ids) e where e::text !~ '^([0-9]{1,18}|null)$') then
    perform silo.refuse_value('lease_ids', 'a list of whole numbers or nulls, one for each of part_numbers');
  end if;
  return query
    select lower(a.pn), n.id::bigint
      from json_array_elements_text(part_numbers) with ordinality a (pn, place)
      join json_array_elements_text(lease_ids) with ordinality n (id, place) on n.place = a.place
     where n.id is not null;
end
$$;

-- Rule 10 for several claimed items; the refusal lists every lock that is another one, and all part
-- numbers. `must_live`: a lease that has ended is refused too.
create or replace function silo.judge_leases(
  claimed silo.items[], part_numbers json, lease_ids json, must_live boolean)
returns void
language plpgsql stable set enable_seqscan = off set jit = off as $$
declare
  others json;
  names  json;
begin
  if lease_ids is null then
    return;
  end if;
  select json_agg(silo.lock_json(l, c.part_number) order by c.part_number_key) filter (where l.id is not null),
         json_agg(c.part_number order by c.part_number_key)
    into others, names
    from silo.named_leases(part_numbers, lease_ids) n
    join unnest(claimed) c on c.part_number_key = n.key
    left join silo.locks l on l.item_id = c.id and l.expires_at > clock_timestamp()
   where case when l.id is null then must_live else l.lease_id <> n.lease_id end;
  if names is not null then
    perform silo.refuse(412, 'other_lease', json_build_object(
      'lock', others -> 0, 'locks', coalesce(others, '[]'), 'part_numbers', names));
  end if;
end
$$;

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

-- The named ones, or all of the caller's; all or nothing.
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
  if length(note) > 500 then
    perform silo.refuse_length('reason', 500);
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
    -- Of "all mine", one may have ended since it was counted.
    if not mine or (silo.live_lock(item.id)).locked_by = silo.caller() then
      held  := silo.drop_lock(item, note, null);
      shown := shown || silo.lock_json(held, item.part_number);
    end if;
  end loop;
  return row (200, json_build_object('locks', array_to_json(shown)), null, null)::answer;
end
$$;
