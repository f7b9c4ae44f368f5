-- Revisions: list, show, and create without a file. A revision's row is made only after the vault has its
-- content durably; the rules are judged in the same transaction as the row.

create or replace function silo.revision_list(pn text, page_limit integer, page_cursor text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  item  items  := silo.find_item(pn);
  after text[] := silo.cursor_read(page_cursor, 1);
  rows  json[];
  keys  json[];
begin
  select array_agg(silo.revision_json(r)), array_agg(json_build_array(r.revision_number))
    into rows, keys
    from (select * from revisions h
           where h.item_id = item.id
             and (after is null or h.revision_number < after[1]::integer)
           order by h.revision_number desc
           limit page_limit + 1) r;
  return row (200, silo.page('revisions', rows, keys, page_limit),
              item.current_revision || '.list', null)::answer;
exception when data_exception then
  perform silo.refuse_field('cursor', 'invalid_cursor');
end
$$;

create or replace function silo.revision_show(pn text, n integer)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  found_one record;
begin
  found_one := silo.find_revision(pn, n);
  return row (200, silo.revision_json(found_one.found_revision),
              'r' || (found_one.found_revision).revision_number, null)::answer;
end
$$;

-- Appends a revision to a claimed item, with its event. The caller has judged every rule.
create or replace function silo.append_revision(
  item silo.items, new_comment text, new_properties jsonb, new_filename text, new_sha256 text, new_thumbnail text)
returns silo.revisions
language plpgsql as $$
declare
  made silo.revisions;
begin
  insert into silo.revisions (item_id, revision_number, comment, properties, filename, sha256,
                              thumbnail_sha256, created_by)
  values (item.id, item.current_revision + 1, coalesce(new_comment, ''), new_properties,
          new_filename, new_sha256, new_thumbnail, silo.caller())
  returning * into made;
  update silo.items i
     set current_revision = made.revision_number, version = i.version + 1,
         updated_at = made.created_at, updated_by = made.created_by
   where i.id = item.id;
  perform silo.tell('revision.created', item.id, item.part_number, array[made.created_by],
    json_build_object('part_number', item.part_number, 'revision_number', made.revision_number,
                      'comment', made.comment, 'filename', made.filename,
                      'size', (select b.size from silo.blobs b where b.sha256 = made.sha256),
                      'by', made.created_by, 'at', silo.rfc3339(made.created_at)));
  return made;
end
$$;

-- A revision without a new file: it keeps the head's file, if any.
create or replace function silo.revision_create(
  pn text, if_match text, base_revision integer, new_comment text, new_properties json, require_lock boolean,
  named_lease bigint default null)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  item items := silo.claim_item(pn);
  head revisions;
begin
  perform silo.write_guard(item, require_lock, named_lease);
  perform silo.stale_guard(item, if_match, base_revision);
  perform silo.check_revision_words(new_comment, new_properties);
  head := silo.head_revision(item);
  return silo.revision_answer(201, item, silo.append_revision(
           item, new_comment, coalesce(new_properties::jsonb, head.properties, '{}'),
           head.filename, head.sha256, head.thumbnail_sha256));
end
$$;

-- An older revision's content, picture and properties become the newest revision.
create or replace function silo.revision_rollback(
  pn text, if_match text, base_revision integer, wanted integer, new_comment text, require_lock boolean,
  named_lease bigint default null)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  item items := silo.claim_item(pn);
  old  revisions;
begin
  perform silo.write_guard(item, require_lock, named_lease);
  perform silo.stale_guard(item, if_match, base_revision);
  perform silo.check_revision_words(new_comment, null);
  old := (silo.find_revision(pn, wanted)).found_revision;
  return silo.revision_answer(201, item, silo.append_revision(
           item, coalesce(nullif(new_comment, ''), 'Back to revision ' || wanted), old.properties,
           old.filename, old.sha256, old.thumbnail_sha256));
end
$$;
