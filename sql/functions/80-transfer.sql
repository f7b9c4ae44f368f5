-- Import of files from before Silo, and export of what it has. silo-admin calls these as the owner; nobody
-- is granted them. Writes obey the same rules as everybody's.

-- Contents of this size that the item already has: a repeated import hashes a file only if there is one.
create or replace function silo.import_candidates(pn text, wanted_size bigint)
returns setof text
language sql stable as $$
  select r.sha256
    from silo.items i
    join silo.revisions r on r.item_id = i.id
    join silo.blobs b on b.sha256 = r.sha256
   where i.part_number_key = lower(pn) and b.size = wanted_size
$$;

-- Names a stored content as a revision of the item, and creates the item if it is missing. `there`: some
-- revision of the item already has this content, and nothing is written.
create or replace function silo.import_file(
  importer text, pn text, item_type text, description text, project text, new_comment text,
  new_filename text, new_size bigint, new_sha256 text, new_thumbnail text, new_thumbnail_size bigint,
  out outcome text, out revision integer)
language plpgsql as $$
begin
  perform silo.sign_in('remote', importer, 'editor');
  select r.revision_number into revision
    from silo.items i
    join silo.revisions r on r.item_id = i.id and r.sha256 = new_sha256
   where i.part_number_key = lower(pn)
   order by r.revision_number desc
   limit 1;
  if revision is not null then
    outcome := 'there';
    return;
  end if;
  outcome := 'revision';
  if not exists (select from silo.items i where i.part_number_key = lower(pn)) then
    outcome := 'new';
    perform silo.item_create(json_strip_nulls(json_build_object(
      'part_number', pn, 'item_type', item_type, 'description', description, 'project', project)));
  end if;
  revision := (silo.revision_upload(pn, null, null, new_comment, null, new_filename, new_size, new_sha256,
                                    new_thumbnail, new_thumbnail_size, false, true, false)).body::json
              ->> 'revision_number';
end
$$;

-- One row for each revision with a file: the newest of each item, or all.
create or replace function silo.export_list(every_revision boolean)
returns table (part_number text, revision integer, filename text, size bigint, sha256 text,
               item_type text, description text, project text, comment text, created_by text,
               created_at text)
language sql stable as $$
  select i.part_number, r.revision_number, r.filename, b.size, r.sha256,
         i.item_type, i.description, i.project, r.comment, r.created_by, silo.rfc3339(r.created_at)
    from silo.items i
    join silo.revisions r on r.item_id = i.id
                         and (every_revision or r.revision_number = i.current_revision)
    join silo.blobs b on b.sha256 = r.sha256
   where i.archived_at is null
   order by i.part_number_key, r.revision_number
$$;
