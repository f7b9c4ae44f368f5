-- What refuses a write: a value, somebody else's live lock, another lease, a newer revision. The rules have
-- the numbers of doc/architecture.md. Every write asks here with the item's row claimed, so two writers can
-- never pass a rule at the same time.

create or replace function silo.refuse_properties()
returns void
language sql as $$
  select silo.refuse_value('properties', 'an object of at most ' || silo.limit_properties_bytes() / 1024
                                         || ' KiB, also with its numbers written out')
$$;

-- A JSON object of at most the allowed size, both as sent and as stored: 1e300 is five bytes when sent and
-- 301 in every answer, and a list carries the properties of a whole page of items.
create or replace function silo.check_properties(properties json)
returns void
language plpgsql immutable as $$
begin
  if properties is null or json_typeof(properties) = 'null' then
    return;
  end if;
  if json_typeof(properties) <> 'object' or octet_length(properties::text) > silo.limit_properties_bytes()
     or octet_length(properties::jsonb::text) > silo.limit_properties_bytes() then
    perform silo.refuse_properties();
  end if;
exception when data_exception or program_limit_exceeded then
  perform silo.refuse_properties();
end
$$;

-- The members of an item's body that create and update share; each is judged once, here.
create or replace function silo.check_item_body(body json)
returns void
language plpgsql immutable as $$
begin
  if body ->> 'item_type' <> all (silo.item_types()) then
    perform silo.refuse_value('item_type', silo.one_of(silo.item_types()));
  end if;
  if length(body ->> 'description') > silo.limit_description() then
    perform silo.refuse_length('description', silo.limit_description());
  end if;
  if length(body ->> 'project') > silo.limit_project() then
    perform silo.refuse_length('project', silo.limit_project());
  end if;
  perform silo.check_properties(body -> 'properties');
end
$$;

create or replace function silo.check_revision_words(new_comment text, new_properties json)
returns void
language plpgsql immutable as $$
begin
  if length(new_comment) > silo.limit_revision_comment() then
    perform silo.refuse_length('comment', silo.limit_revision_comment());
  end if;
  perform silo.check_properties(new_properties);
end
$$;

create or replace function silo.check_lock_words(new_comment text, new_workstation text)
returns void
language plpgsql immutable as $$
begin
  if length(new_comment) > silo.limit_lock_comment() then
    perform silo.refuse_length('comment', silo.limit_lock_comment());
  end if;
  if length(new_workstation) > silo.limit_workstation() then
    perform silo.refuse_length('workstation', silo.limit_workstation());
  end if;
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

-- Does an If-Match header (null: not sent) name this state of the item? Weak tags count: nginx weakens the
-- ETag of anything it compresses.
create or replace function silo.etag_matches(if_match text, item silo.items)
returns boolean
language plpgsql immutable as $$
begin
  return if_match is null
      or btrim(if_match) = '*'
      or exists (select from regexp_matches(if_match, '(?:W/)?"([0-9]+\.[0-9]+)(?:\.[0-9a-f-]+)?"', 'g') tag
                  where tag[1] = item.current_revision || '.' || item.version);
end
$$;

-- Rule 6: a write that names the state it started from is refused if the item has changed since.
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

-- Rule 10: a call that names a lease means only that one (null: any). Its number changes with each lock and
-- each renewal, so a late change that was given up, or a client that was asleep, finds a different number.
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

-- The leases that a request names, in the order of its part numbers; null where it names none.
create or replace function silo.named_leases(part_numbers json, lease_ids json)
returns table (key text, lease_id bigint)
language plpgsql immutable as $$
begin
  if part_numbers is null or json_typeof(lease_ids) <> 'array'
     or json_array_length(lease_ids) <> json_array_length(part_numbers)
     or exists (select from json_array_elements(lease_ids) e
                 where e::text !~ '^([1-9][0-9]{0,15}|null)$'
                    or nullif(e::text, 'null')::bigint > 9007199254740991) then -- LEASE_ID_MOST in C
    perform silo.refuse_value('lease_ids', 'a list of whole numbers or nulls, one for each of part_numbers');
  end if;
  return query
    select lower(a.pn), n.id::bigint
      from json_array_elements_text(part_numbers) with ordinality a (pn, place)
      join json_array_elements_text(lease_ids) with ordinality n (id, place) on n.place = a.place
     where n.id is not null;
end
$$;

-- Rule 10 for several claimed items; the refusal lists every lock with a different lease, and all part
-- numbers. `must_live`: also refuse if a lease has ended.
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

-- Rules 5 and 7: only the holder writes; in strict mode nobody writes without a lock.
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

-- Ends a lock and adds its event with the cause: released, committed, forced, expired or archived. The
-- event's people include everybody who asked for the item.
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

-- The same with the item's row claimed, before a write. Ends a lease that has expired, so that the feed has
-- its end before the write that it no longer blocked (rule 9).
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
