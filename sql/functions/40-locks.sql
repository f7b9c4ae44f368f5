-- The lock of one item: take, renew, show, release, request. The rules have the numbers of
-- doc/architecture.md; model/locking.pml checks this protocol over all interleavings. A lock is a lease:
-- from the instant it expires it exists for nobody, whether or not its row is still there.

-- Rule 2 for one claimed item: free or expired → taken; mine → renewed; another's → SL409. For a renewal, a
-- null comment or workstation keeps the old one. A call that names a lease means to renew it: if that lease
-- has ended, nothing is taken.
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
  -- For a lease under five hours the warning comes a tenth of it ahead; only such a lease needs a note.
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
  perform silo.check_lock_words(new_comment, new_workstation);
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

-- Rule 4 for one claimed item: the holder, in any role, or an admin by force; SL404 if free, SL403 for
-- others.
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
  if length(note) > silo.limit_release_reason() then
    perform silo.refuse_length('reason', silo.limit_release_reason());
  end if;
  held := silo.drop_lock(item, note, named_lease);
  return row (200, silo.lock_json(held, item.part_number), null, null)::answer;
end
$$;

-- Asks the holder to release. At most one open request for each person and lock: asking again changes
-- nothing, and the answer is the earlier request. A deactivated holder can't answer; the answer says so, so
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
  if length(new_message) > silo.limit_request_message() then
    perform silo.refuse_length('message', silo.limit_request_message());
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
  perform after[1]::timestamptz, after[2]::bigint; -- judged even if there is no row to compare
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
