-- Items: find, list, create, change, archive. Every write takes the item's row first and asks
-- write_guard (40-locks.sql), so a rule of locking stands between any two writers.

-- What an item can be; also the categories of the one schema.
create or replace function silo.item_types()
returns text[]
language sql immutable as $$
  select array['part', 'assembly', 'drawing', 'document', 'consumable', 'tool']
$$;

-- There is no such item for anybody: SL404. Of an archived one it is said by whom and when, so that a
-- client that still has its file can tell what became of it.
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

-- The item, for reading. SL404 when unknown or archived.
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

-- The item, for writing: its row is ours until the transaction ends. Whoever calls this reads the
-- clock afterwards, so that a lease is judged at an instant at which nobody else can write.
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

-- "<revision>.<version>", and while locked a mark of the lease: a cached answer must not hide that
-- a lock came, was renewed or ended. If-Match looks at the first two parts only.
create or replace function silo.item_etag(item silo.items, held silo.locks)
returns text
language sql stable as $$
  select item.current_revision || '.' || item.version
         || case when held.id is null then ''
                 else '.' || to_hex(held.id) || '-' || to_hex((extract(epoch from held.expires_at) * 1000000)::bigint) end
$$;

-- Does an If-Match header (null: not sent) name this state of the item? Weak tags count: nginx
-- weakens the ETag of whatever it compresses.
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

-- In plpgsql for its kept plan: one of language sql is not inlined because of the subquery, and would
-- be parsed and planned for every item that is shown.
create or replace function silo.item_json(item silo.items, held silo.locks)
returns json
language plpgsql stable as $$
begin
  return json_build_object(
    'id', item.id, 'part_number', item.part_number, 'item_type', item.item_type,
    'description', item.description, 'project', nullif(item.project, ''),
    'properties', item.properties, 'current_revision', item.current_revision,
    'has_thumbnail', exists (select from silo.revisions r
                              where r.item_id = item.id and r.revision_number = item.current_revision
                                and r.thumbnail_sha256 is not null),
    'created_at', silo.rfc3339(item.created_at), 'created_by', item.created_by,
    'updated_at', silo.rfc3339(item.updated_at), 'updated_by', item.updated_by,
    'lock', case when held.id is not null then silo.lock_json(held, item.part_number) end);
end
$$;

create or replace function silo.item_answer(status integer, item silo.items)
returns silo.answer
language plpgsql stable as $$
declare
  held silo.locks := silo.live_lock(item.id);
begin
  return row (status, silo.item_json(item, held), silo.item_etag(item, held),
              case when status = 201 then '/api/items/' || item.part_number end)::silo.answer;
end
$$;

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

-- Lists ------------------------------------------------------------------------------------------

-- One page. `sort`: part_number, updated_at, created_at, project, item_type, "-" in front turns it.
-- `wanted`: comma-separated part numbers, for a client that asks about its own files. `page_offset`:
-- rows to pass over, for a client that counts; it costs what those rows cost, a cursor does not.
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
  if cardinality(wanted_keys) > 1000 then
    perform silo.refuse_value('part_numbers', 'a list of at most 1000 part numbers');
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

  -- Judged even when there is no row to compare.
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

create or replace function silo.project_json(code text, name text, item_count bigint)
returns json
language sql immutable as $$
  select json_build_object('code', code, 'name', coalesce(name, code),
                           'item_count', coalesce(item_count, 0))
$$;

-- Those that were made, and those that items name.
create or replace function silo.project_list()
returns silo.answer
language sql stable security definer set search_path = silo, pg_temp as $$
  select 200,
         json_build_object('projects', coalesce(json_agg(
           silo.project_json(code, p.name, used.item_count) order by code), '[]'))::text,
         null::text, null::text
    from (select i.project as code, count(*) as item_count
            from items i
           where i.archived_at is null and i.project <> ''
           group by i.project) used
    full join projects p using (code)
$$;

-- A project is there as soon as an item names it; made here, it has a name of its own.
create or replace function silo.project_create(new_code text, new_name text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  made projects;
begin
  perform silo.must_be_writable();
  if new_code is null or btrim(new_code) = '' or length(new_code) > 64 or new_code ~ '[[:cntrl:]]' then
    perform silo.refuse_value('code', 'text of 1 to 64 characters, not only blanks');
  end if;
  if length(new_name) > 200 or new_name ~ '[[:cntrl:]]' then
    perform silo.refuse_length('name', 200);
  end if;
  insert into projects (code, name, created_by)
  values (new_code, coalesce(nullif(btrim(new_name), ''), new_code), silo.caller())
  on conflict (code) do nothing
  returning * into made;
  if made.code is null then
    perform silo.refuse(409, 'project_exists');
  end if;
  return row (201, silo.project_json(made.code, made.name,
                (select count(*) from items i
                  where i.project = made.code and i.archived_at is null)), null, null)::answer;
end
$$;

-- Schemas ----------------------------------------------------------------------------------------

-- Other servers have many; clients ask for them before they show a form. Here there is one.
create or replace function silo.schema_categories()
returns json
language plpgsql immutable as $$
begin
  return (select json_object_agg(word, initcap(word) order by place)
            from unnest(silo.item_types()) with ordinality as t (word, place));
end
$$;

create or replace function silo.schema_list()
returns silo.answer
language sql stable security definer set search_path = silo, pg_temp as $$
  select 200,
         json_build_object('schemas', json_build_array(json_build_object(
           'name', 'silo', 'version', 1, 'description', 'A category and a number',
           'separator', '-', 'format', '{category}-{number}',
           'segments', json_build_array(
             json_build_object('name', 'category', 'type', 'enum', 'required', true,
                               'values', silo.schema_categories()),
             json_build_object('name', 'number', 'type', 'serial', 'required', true)))))::text,
         null::text, null::text
$$;

-- The form of a new item: which category, and no field beyond those that every item has.
create or replace function silo.schema_form(schema_name text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
begin
  if schema_name <> 'silo' then
    perform silo.refuse(404, 'schema_not_found');
  end if;
  return row (200, json_build_object(
                'schema_name', schema_name, 'format', '{category}-{number}',
                'category_picker', json_build_object(
                  'style', 'single',
                  'stages', json_build_array(json_build_object(
                    'name', 'category', 'label', 'Category', 'values', silo.schema_categories()))),
                'item_fields', json_build_object(), 'field_groups', json_build_array(),
                'category_field_groups', json_build_object(),
                'field_overrides', json_build_object())::text, null, null)::answer;
end
$$;

-- Part numbers -----------------------------------------------------------------------------------

create or replace function silo.part_number_after(category text, last integer)
returns integer
language plpgsql stable as $$
declare
  free_number integer := last + 1;
begin
  while exists (select from silo.items i
                 where i.part_number_key = lower(category) || '-' || lpad(free_number::text, greatest(4, length(free_number::text)), '0')) loop
    free_number := free_number + 1;
  end loop;
  return free_number;
end
$$;

create or replace function silo.check_category(category text)
returns void
language plpgsql immutable as $$
begin
  if category is null or category !~ '^[A-Za-z0-9_][A-Za-z0-9._]{0,31}$' then
    perform silo.refuse_value('category', '1 to 32 of A-Z a-z 0-9 . _, the first no dot');
  end if;
end
$$;

-- The next free number of a category, e.g. F01 → F01-0003; nothing is reserved.
create or replace function silo.part_number_next(category text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  free_number integer;
begin
  perform silo.check_category(category);
  free_number := silo.part_number_after(category, coalesce(
            (select c.last from part_number_counters c where c.category = lower(part_number_next.category)), 0));
  return row (200, json_build_object('part_number',
                category || '-' || lpad(free_number::text, greatest(4, length(free_number::text)), '0')), null, null)::answer;
end
$$;

-- Takes the next free number of a category; two callers at once wait for each other.
create or replace function silo.part_number_take(category text)
returns text
language plpgsql as $$
declare
  free_number integer;
begin
  perform silo.check_category(category);
  insert into silo.part_number_counters (category, last) values (lower(part_number_take.category), 0)
  on conflict do nothing;
  select c.last into free_number from silo.part_number_counters c
   where c.category = lower(part_number_take.category) for no key update;
  free_number := silo.part_number_after(category, free_number);
  update silo.part_number_counters c set last = free_number where c.category = lower(part_number_take.category);
  return category || '-' || lpad(free_number::text, greatest(4, length(free_number::text)), '0');
end
$$;

-- Writes ------------------------------------------------------------------------------------------

-- A JSON object of at most 64 KiB, as sent and as kept: 1e300 is five bytes on the way and 301 in
-- every answer. Lists carry the properties of up to 1000 items.
create or replace function silo.check_properties(properties json)
returns void
language plpgsql immutable as $$
begin
  if properties is null or json_typeof(properties) = 'null' then
    return;
  end if;
  if json_typeof(properties) <> 'object' or octet_length(properties::text) > 65536
     or octet_length(properties::jsonb::text) > 65536 then
    perform silo.refuse_value('properties', 'an object of at most 64 KiB, also with its numbers written out');
  end if;
exception when data_exception or program_limit_exceeded then
  perform silo.refuse_value('properties', 'an object of at most 64 KiB, also with its numbers written out');
end
$$;

-- The members of an item's body that both create and update take; each is judged once, here.
create or replace function silo.check_item_body(body json)
returns void
language plpgsql immutable as $$
begin
  if body ->> 'item_type' <> all (silo.item_types()) then
    perform silo.refuse_value('item_type', silo.one_of(silo.item_types()));
  end if;
  if length(body ->> 'description') > 2000 then
    perform silo.refuse_length('description', 2000);
  end if;
  if length(body ->> 'project') > 64 then
    perform silo.refuse_length('project', 64);
  end if;
  perform silo.check_properties(body -> 'properties');
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

-- `body`: part_number or category, item_type (that of the category, else part), description, project,
-- properties.
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
  -- by-uuid: what stands behind it in a path is read as a uuid (GET /api/items/by-uuid/{uuid}).
  if pn !~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$' or lower(pn) = 'by-uuid' then
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

-- Members that are absent stay as they are; a null project or description is emptied.
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

-- Takes an archived item back, as it was. One that is not archived is answered as it is: asked for
-- again, nothing more happens and nobody is told.
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
