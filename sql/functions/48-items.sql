-- Items: show, list, create, change, archive, restore. Every write claims the item's row first
-- (30-rows.sql) and asks write_guard (35-guards.sql).

create or replace function silo.item_show(pn text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
begin
  return silo.item_answer(200, silo.find_item(pn));
end
$$;

create or replace function silo.item_by_uuid(item_uuid text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  item items;
begin
  select * into item from items i where i.id = item_uuid::uuid and i.archived_at is null;
  if item.id is null then
    perform silo.refuse(404, 'item_not_found');
  end if;
  return silo.item_answer(200, item);
exception when invalid_text_representation then
  perform silo.refuse(400, 'invalid_uuid');
end
$$;

-- One page. `sort`: part_number, updated_at, created_at, project, item_type, "-" in front reverses it.
-- `wanted`: comma-separated part numbers, for a client that asks about its own files. `page_offset`: rows
-- to skip, for a client without cursors; it costs as much as those rows, a cursor doesn't.
create or replace function silo.item_list(
  q text, item_type text, project text, lock text, sort text, wanted text,
  page_limit integer, page_cursor text, page_offset integer default 0)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  descending boolean := left(sort, 1) = '-';
  sort_key   text    := ltrim(coalesce(nullif(sort, ''), 'part_number'), '-');
  key_type   text;
  tie        text;
  tie_type   text;
  after      text[]  := silo.cursor_read(page_cursor, 2);
  words      text    := '%' || regexp_replace(lower(q), '([\\%_])', '\\\1', 'g') || '%';
  wanted_keys text[] := case when wanted <> '' then string_to_array(lower(wanted), ',') end;
  rows       json[];
  keys       json[];
begin
  if lock not in ('any', 'none', 'mine', 'others') then
    perform silo.refuse_value('lock', 'any, none, mine or others');
  end if;
  if item_type <> all (silo.item_types()) then
    perform silo.refuse_value('type', silo.one_of(silo.item_types()));
  end if;
  if cardinality(wanted_keys) > silo.limit_part_numbers() then
    perform silo.refuse_part_numbers(silo.limit_part_numbers());
  end if;
  if sort_key not in ('part_number', 'updated_at', 'created_at', 'project', 'item_type') then
    perform silo.refuse_value('sort', 'part_number, updated_at, created_at, project or item_type, and may begin with -');
  end if;
  if sort_key = 'part_number' then
    sort_key := 'part_number_key';
  end if;
  key_type := case when sort_key in ('updated_at', 'created_at') then 'timestamptz' else 'text' end;
  tie      := case when key_type = 'timestamptz' then 'id' else 'part_number_key' end;
  tie_type := case when key_type = 'timestamptz' then 'uuid' else 'text' end;

  -- Judged even if there is no row to compare.
  execute format('select $1::%s, $2::%s', key_type, tie_type) using after[1], after[2];
  execute
    'select array_agg(silo.item_json(p.i, p.l)), array_agg(p.keys) from ('
    || format('select i, l, json_build_array(i.%I, i.%I) as keys', sort_key, tie)
    || ' from silo.items i left join silo.locks l on l.item_id = i.id and l.expires_at > $1'
    || ' where i.archived_at is null'
    || case when coalesce(q, '') <> '' then ' and (i.part_number_key || '' '' || lower(i.description)) like $2' else '' end
    || case when item_type is not null then ' and i.item_type = $3' else '' end
    || case when project is not null then ' and i.project = $4' else '' end
    || case lock when 'none' then ' and not exists (select from silo.locks n where n.item_id = i.id and n.expires_at > $1)'
                 when 'mine' then ' and l.locked_by = $5'
                 when 'others' then ' and l.locked_by <> $5' else '' end
    || case when wanted_keys is not null then ' and i.part_number_key = any ($6)' else '' end
    || case when after is not null
            then format(' and (i.%I, i.%I) %s ($7::%s, $8::%s)', sort_key, tie,
                        case when descending then '<' else '>' end, key_type, tie_type) else '' end
    || format(' order by i.%I %s, i.%I %s limit $9 offset $10', sort_key,
              case when descending then 'desc' else 'asc' end, tie,
              case when descending then 'desc' else 'asc' end)
    || ') p'
    into rows, keys
    using statement_timestamp(), words, item_type, project, silo.caller(), wanted_keys,
          after[1], after[2], page_limit + 1, coalesce(page_offset, 0);
  return row (200, silo.page('items', rows, keys, page_limit), null, null)::answer;
exception when data_exception then
  perform silo.refuse_field('cursor', 'invalid_cursor');
end
$$;

-- This item's part of the feed, newest first.
create or replace function silo.item_history(pn text, page_limit integer, page_cursor text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  item  items  := silo.find_item(pn);
  after text[] := silo.cursor_read(page_cursor, 1);
  rows  json[];
  keys  json[];
begin
  select array_agg(json_build_object('id', f.number, 'event', f.type, 'at', silo.rfc3339(f.at),
                                     'data', f.data::json)),
         array_agg(json_build_array(f.number))
    into rows, keys
    from (select * from feed h
           where h.item_id = item.id
             and (after is null or h.number < after[1]::bigint)
           order by h.number desc
           limit page_limit + 1) f;
  return row (200, silo.page('events', rows, keys, page_limit), null, null)::answer;
exception when data_exception then
  perform silo.refuse_field('cursor', 'invalid_cursor');
end
$$;

create or replace function silo.item_event(
  type text, item silo.items)
returns void
language plpgsql as $$
begin
  perform silo.tell(type, item.id, item.part_number, array[silo.caller()],
    json_build_object('part_number', item.part_number, 'item_type', item.item_type,
                      'description', item.description, 'revision', item.current_revision,
                      'by', silo.caller(), 'at', silo.rfc3339(clock_timestamp())));
end
$$;

-- `body`: part_number or category, item_type (default: that of the category, else part), description,
-- project, properties.
create or replace function silo.item_create(body json)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  pn   text := body ->> 'part_number';
  item items;
begin
  perform silo.must_be_writable();
  perform silo.check_item_body(body);
  if pn is null then
    if body ->> 'category' is null then
      perform silo.refuse_field('part_number', 'missing_value');
    end if;
    pn := silo.part_number_take(body ->> 'category');
  end if;
  -- by-uuid: what follows it in a path is read as a uuid (GET /api/items/by-uuid/{uuid}).
  if pn !~ '^[A-Za-z0-9_][A-Za-z0-9._-]*$' or length(pn) > silo.limit_part_number() or lower(pn) = 'by-uuid' then
    perform silo.refuse(400, 'invalid_part_number', json_build_object('field', 'part_number'));
  end if;
  insert into items (part_number, item_type, description, project, properties, created_by, updated_by)
  values (pn, coalesce(body ->> 'item_type',
                       (select t from unnest(silo.item_types()) t where t = lower(body ->> 'category')),
                       'part'), coalesce(body ->> 'description', ''),
          coalesce(body ->> 'project', ''), coalesce(nullif(body -> 'properties' #>> '{}', ''), '{}')::jsonb,
          silo.caller(), silo.caller())
  on conflict (part_number_key) do nothing
  returning * into item;
  if item.id is null then
    perform silo.refuse(409, case when exists (select from items i
                                                where i.part_number_key = lower(pn)
                                                  and i.archived_at is not null)
                                  then 'part_number_archived' else 'part_number_taken' end);
  end if;
  perform silo.item_event('item.created', item);
  return silo.item_answer(201, item);
end
$$;

-- Members that are absent stay as they are; a null project or description becomes empty.
create or replace function silo.item_update(pn text, if_match text, body json, named_lease bigint default null)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  item items := silo.claim_item(pn);
begin
  perform silo.write_guard(item, false, named_lease);
  perform silo.stale_guard(item, if_match, null);
  perform silo.check_item_body(body);
  update items i
     set description = case when body -> 'description' is null then i.description
                            else coalesce(body ->> 'description', '') end,
         project     = case when body -> 'project' is null then i.project
                            else coalesce(body ->> 'project', '') end,
         item_type   = coalesce(body ->> 'item_type', i.item_type),
         properties  = coalesce(nullif(body -> 'properties' #>> '{}', '')::jsonb, i.properties),
         version     = i.version + 1,
         updated_at  = clock_timestamp(),
         updated_by  = silo.caller()
   where i.id = item.id
  returning * into item;
  perform silo.item_event('item.updated', item);
  return silo.item_answer(200, item);
end
$$;

-- Archives: gone from lists, kept in the database. The caller's own lock ends with it.
create or replace function silo.item_archive(pn text, if_match text, named_lease bigint default null)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  item items := silo.claim_item(pn);
  held locks;
begin
  perform silo.write_guard(item, false, named_lease);
  perform silo.stale_guard(item, if_match, null);
  select * into held from locks l where l.item_id = item.id;
  if held.id is not null then
    perform silo.end_lock(held, item.part_number, 'archived');
  end if;
  update items i
     set archived_at = clock_timestamp(), archived_by = silo.caller(), version = i.version + 1
   where i.id = item.id
  returning * into item;
  perform silo.item_event('item.deleted', item);
  return row (204, null, null, null)::answer;
end
$$;

-- Restores an archived item as it was. If the item is not archived, the answer is the item, and nothing
-- happens: no event.
create or replace function silo.item_restore(pn text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  item items;
begin
  perform silo.must_be_writable();
  select * into item from items i where i.part_number_key = lower(pn) for no key update;
  if item.id is null then
    perform silo.refuse(404, 'item_not_found');
  end if;
  if item.archived_at is not null then
    update items i
       set archived_at = null, archived_by = null, version = i.version + 1,
           updated_at = clock_timestamp(), updated_by = silo.caller()
     where i.id = item.id
    returning * into item;
    perform silo.item_event('item.created', item);
  end if;
  return silo.item_answer(200, item);
end
$$;
