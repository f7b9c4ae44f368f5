-- The files of revisions: what becomes of an upload, and which content of the vault to send.

-- The head is the caller's own and follows the named base: perhaps this upload repeats one that succeeded
-- but whose answer was lost. Only the content can tell.
create or replace function silo.may_be_retry(item silo.items, head silo.revisions, base_revision integer)
returns boolean
language sql stable as $$
  select coalesce(head.created_by = silo.caller() and base_revision = item.current_revision - 1, false)
$$;

-- Before a body is read: would this upload be refused now? Judged again when the body is complete.
create or replace function silo.upload_check(
  pn text, if_match text, base_revision integer, require_lock boolean, named_lease bigint default null)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  item items := silo.find_item(pn);
begin
  perform silo.must_be_writable();
  if not silo.may_be_retry(item, silo.head_revision(item), base_revision) then
    perform silo.judge_lock(item, require_lock, named_lease);
    perform silo.stale_guard(item, if_match, base_revision);
  end if;
  return row (200, null, null, null)::answer;
end
$$;

-- Names a stored content as the next revision (rules 5, 6, 7). 201 created; 200 if the head already has
-- this content and `force` is false. `release_lock` ends the caller's lock in this transaction. A repeated
-- upload keeps a lock with a different lease than the named one, because that was taken after the first
-- try.
create or replace function silo.revision_upload(
  pn text, if_match text, base_revision integer, new_comment text, new_properties json,
  new_filename text, new_size bigint, new_sha256 text, new_thumbnail text, new_thumbnail_size bigint,
  release_lock boolean, force boolean, require_lock boolean, named_lease bigint default null)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  item   items     := silo.claim_item(pn);
  head   revisions := silo.head_revision(item);
  same   boolean   := not force and head.sha256 is not null and head.sha256 = new_sha256;
  made   revisions;
  answer answer;
begin
  if same and silo.may_be_retry(item, head, base_revision) then
    answer := silo.revision_answer(200, item, head);
  else
    perform silo.write_guard(item, require_lock, named_lease);
    perform silo.stale_guard(item, if_match, base_revision);
    perform silo.check_revision_words(new_comment, new_properties);
    if same then
      answer := silo.revision_answer(200, item, head);
    else
      insert into blobs (sha256, size)
      select * from (values (new_sha256, new_size), (new_thumbnail, new_thumbnail_size)) b (sha256, size)
       where b.sha256 is not null
       order by b.sha256
      on conflict do nothing;
      made := silo.append_revision(item, new_comment,
                coalesce(new_properties::jsonb, head.properties, '{}'),
                new_filename, new_sha256, new_thumbnail);
      answer := silo.revision_answer(201, item, made);
    end if;
  end if;
  if release_lock then
    perform silo.end_lock(l, item.part_number, 'committed')
       from locks l
      where l.item_id = item.id and l.locked_by = silo.caller() and l.expires_at > clock_timestamp()
        and l.lease_id = coalesce(named_lease, l.lease_id);
  end if;
  return answer;
end
$$;

-- The content to send: what the vault calls it and what the user calls it. Nobody reads
-- created_at_http any more, but workers of the version before still select it while they run: the
-- migration that next changes this function takes it away.
create or replace function silo.file_show(pn text, n integer)
returns table (filename text, size bigint, sha256 text, revision integer, created_at_http text)
language plpgsql stable security definer set search_path = silo, pg_temp as $$
#variable_conflict use_column
declare
  found_one record;
  r         revisions;
begin
  found_one := silo.find_revision(pn, n);
  r := found_one.found_revision;
  if r.sha256 is null then
    perform silo.refuse(404, 'no_file');
  end if;
  return query
    select r.filename, b.size, b.sha256, r.revision_number,
           null::text
      from blobs b where b.sha256 = r.sha256;
end
$$;

create or replace function silo.thumbnail_show(pn text, n integer)
returns table (sha256 text, size bigint, revision integer)
language plpgsql stable security definer set search_path = silo, pg_temp as $$
#variable_conflict use_column
declare
  found_one record;
  r         revisions;
begin
  found_one := silo.find_revision(pn, n);
  r := found_one.found_revision;
  if r.thumbnail_sha256 is null then
    perform silo.refuse(404, 'no_thumbnail');
  end if;
  return query
    select b.sha256, b.size, r.revision_number from blobs b where b.sha256 = r.thumbnail_sha256;
end
$$;

-- The newest thumbnails of some items, by comma-separated part numbers; unknown items and items without one
-- have no row.
create or replace function silo.thumbnail_list(wanted text)
returns table (part_number text, revision integer, sha256 text, size bigint)
language plpgsql stable security definer set search_path = silo, pg_temp as $$
#variable_conflict use_column
declare
  wanted_keys text[] := string_to_array(lower(wanted), ',');
begin
  if wanted is null or cardinality(wanted_keys) not between 1 and silo.limit_thumbnails() then
    perform silo.refuse_part_numbers(silo.limit_thumbnails());
  end if;
  return query
    select i.part_number, r.revision_number, b.sha256, b.size
      from items i
      join revisions r on r.item_id = i.id and r.revision_number = i.current_revision
      join blobs b on b.sha256 = r.thumbnail_sha256
     where i.part_number_key = any (wanted_keys) and i.archived_at is null;
end
$$;

-- Does any revision name this content? For a list: those that none names.
create or replace function silo.blobs_unnamed(hashes text[])
returns text[]
language sql stable security definer set search_path = silo, pg_temp as $$
  select coalesce(array_agg(h), '{}') from unnest(hashes) h
   where not exists (select from blobs b where b.sha256 = h)
$$;
