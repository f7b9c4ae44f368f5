-- What clients see of locks, revisions and items: their JSON, the ETag, complete answers.

create or replace function silo.lock_json(held silo.locks, pn text)
returns json
language sql stable as $$
  select json_build_object(
    'part_number', pn, 'item_id', held.item_id, 'lease_id', held.lease_id, 'locked_by', held.locked_by,
    'locked_at', silo.rfc3339(held.locked_at), 'expires_at', silo.rfc3339(held.expires_at),
    'comment', held.comment, 'workstation', held.workstation)
$$;

-- In plpgsql for its cached plan, like the two below: a function in language sql with a subquery or a table
-- is not inlined, so it would be parsed and planned at every call.
create or replace function silo.revision_json(r silo.revisions)
returns json
language plpgsql stable as $$
begin
  return json_build_object(
    'revision_number', r.revision_number, 'comment', r.comment,
    'created_at', silo.rfc3339(r.created_at), 'created_by', r.created_by,
    'filename', r.filename,
    'size', (select b.size from silo.blobs b where b.sha256 = r.sha256),
    'sha256', r.sha256, 'has_thumbnail', r.thumbnail_sha256 is not null, 'properties', r.properties);
end
$$;

create or replace function silo.revision_answer(status integer, item silo.items, r silo.revisions)
returns silo.answer
language plpgsql stable as $$
begin
  return row (status, silo.revision_json(r), null,
              case when status = 201
                   then '/api/items/' || item.part_number || '/revisions/' || r.revision_number end)::silo.answer;
end
$$;

-- "<revision>.<version>", and, while locked, a mark of the lease: a cached answer must not hide that a lock
-- was taken, renewed or ended. If-Match compares only the first two parts.
create or replace function silo.item_etag(item silo.items, held silo.locks)
returns text
language sql stable as $$
  select item.current_revision || '.' || item.version
         || case when held.id is null then ''
                 else '.' || to_hex(held.id) || '-' || to_hex((extract(epoch from held.expires_at) * 1000000)::bigint) end
$$;

-- In plpgsql for its cached plan: in language sql it would not be inlined, because of the subquery, and be
-- parsed and planned for every item shown.
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
