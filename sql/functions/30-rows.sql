-- The rows that a call means: an item by its part number, its live lock, a revision; claimed for a write.
-- The next files say how a row is shown and what it forbids.

-- There is no such item: SL404. For an archived one it says who archived it and when, so that a client that
-- still has its file knows what happened.
create or replace function silo.refuse_missing(pn text)
returns void
language plpgsql stable as $$
declare
  gone silo.items;
begin
  select * into gone from silo.items i
   where i.part_number_key = lower(pn) and i.archived_at is not null;
  perform silo.refuse(404, 'item_not_found', case when gone.id is not null then json_build_object(
    'part_number', gone.part_number, 'archived_by', gone.archived_by,
    'archived_at', silo.rfc3339(gone.archived_at)) end);
end
$$;

-- The item, for reading. SL404 if unknown or archived.
create or replace function silo.find_item(pn text)
returns silo.items
language plpgsql stable as $$
declare
  item silo.items;
begin
  select * into item from silo.items i
   where i.part_number_key = lower(pn) and i.archived_at is null;
  if item.id is null then
    perform silo.refuse_missing(pn);
  end if;
  return item;
end
$$;

-- The item, for writing: its row is ours until the transaction ends. Callers read the clock after this, so
-- that a lease is judged at an instant at which nobody else can write.
create or replace function silo.claim_item(pn text)
returns silo.items
language plpgsql as $$
declare
  item silo.items;
begin
  if (select mode from silo.server_state) <> 'normal' then
    perform silo.refuse(503, 'server_read_only');
  end if;
  select * into item from silo.items i
   where i.part_number_key = lower(pn) and i.archived_at is null
     for no key update;
  if item.id is null then
    perform silo.refuse_missing(pn);
  end if;
  return item;
end
$$;

-- The keys of a request's part numbers, each once. SL422 names the member.
create or replace function silo.part_number_keys(part_numbers json)
returns text[]
language plpgsql immutable as $$
declare
  keys text[];
begin
  if json_typeof(part_numbers) <> 'array'
     or json_array_length(part_numbers) not between 1 and silo.limit_part_numbers() then
    perform silo.refuse_part_numbers(silo.limit_part_numbers());
  end if;
  if exists (select from json_array_elements(part_numbers) e where json_typeof(e) <> 'string') then
    perform silo.refuse_part_numbers(silo.limit_part_numbers());
  end if;
  select array_agg(distinct lower(pn)) into keys from json_array_elements_text(part_numbers) pn;
  return keys;
end
$$;

-- For databases in which it doesn't take what was asked for.
drop function if exists silo.claim_items(text[]);

-- All items of `keys`, claimed in the one order (by id) that all calls use, so that no two requests
-- deadlock. SL404 lists the unknown ones of `asked`, as they were asked for.
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
  -- Searched only if one is missing: a cached plan may read all items for it.
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

-- The lock that counts now, or a row of nulls. Here and below: a plan made while few locks are held would
-- read the whole table, and stay cached while dead rows pile up in it. So each pair of lock and release
-- made the next one slower. An index is never worse. If there is no index, the disabled scan has such a
-- high cost that Postgres would compile the plan at every call (90 ms): hence no jit. The settings are on
-- these functions, not once on the roles: there they would also apply to the lists, which some of them slow
-- down, and the role that migrates may lack the right to set them. A lock and its release cost the same
-- either way.
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

create or replace function silo.head_revision(item silo.items)
returns silo.revisions
language plpgsql stable as $$
declare
  head silo.revisions;
begin
  select * into head from silo.revisions r
   where r.item_id = item.id and r.revision_number = item.current_revision;
  return head;
end
$$;

create or replace function silo.find_revision(pn text, wanted integer, out item silo.items, out found_revision silo.revisions)
language plpgsql stable as $$
begin
  item := silo.find_item(pn);
  select * into found_revision from silo.revisions r
   where r.item_id = item.id and r.revision_number = coalesce(wanted, item.current_revision);
  if found_revision.item_id is null then
    perform silo.refuse(404, 'revision_not_found');
  end if;
end
$$;
