-- The vault's files as the database names them, for silo-admin check and verify, which read them one by
-- one. The service's own role may call these, so that the nightly verify needs no other.

-- The next names in order; '' is before the first.
create or replace function silo.vault_names(after text, most integer)
returns table (sha256 text, size bigint)
language sql stable security definer set search_path = silo, pg_temp as $$
  select b.sha256, b.size
    from blobs b
   where b.sha256 > after collate "C"
   order by b.sha256
   limit least(greatest(most, 1), 10000)
$$;

-- Whose content is it? The first few revisions, as text for people.
create or replace function silo.vault_owners(hash text)
returns text
language sql stable security definer set search_path = silo, pg_temp as $$
  select coalesce(string_agg(s.name, ', '), 'no revision')
    from (select i.part_number || ' revision ' || r.revision_number
                   || case when r.sha256 = hash then '' else ' (picture)' end as name
            from revisions r
            join items i on i.id = r.item_id
           where hash in (r.sha256, r.thumbnail_sha256)
           order by i.part_number_key, r.revision_number
           limit 4) s
$$;

-- The current run's position and findings; begins a run if there is none, or if asked to.
create or replace function silo.vault_check_begin(anew boolean)
returns table (place text, files bigint, bytes bigint, missing bigint, damaged bigint)
language sql security definer set search_path = silo, pg_temp as $$
  update vault_check c
     set place    = case when fresh then '' else c.place end,
         begun_at = case when fresh then clock_timestamp() else c.begun_at end,
         files    = case when fresh then 0 else c.files end,
         bytes    = case when fresh then 0 else c.bytes end,
         missing  = case when fresh then 0 else c.missing end,
         damaged  = case when fresh then 0 else c.damaged end
    from (select anew or v.place is null as fresh from vault_check v for update) f
  returning c.place, c.files, c.bytes, c.missing, c.damaged
$$;

-- Saves what the run has found up to `new_place`; `is_over`: it has read everything.
create or replace function silo.vault_check_note(
  new_place text, new_files bigint, new_bytes bigint, new_missing bigint, new_damaged bigint, is_over boolean)
returns void
language sql security definer set search_path = silo, pg_temp as $$
  update vault_check
     set place        = case when is_over then null else new_place end,
         files        = new_files,
         bytes        = new_bytes,
         missing      = new_missing,
         damaged      = new_damaged,
         finished_at  = case when is_over then clock_timestamp() else finished_at end,
         last_files   = case when is_over then new_files else last_files end,
         last_missing = case when is_over then new_missing else last_missing end,
         last_damaged = case when is_over then new_damaged else last_damaged end
$$;

-- The last complete run (`age`: seconds since its end; null if there is none), and whether a run is under
-- way or stopped in the middle.
create or replace function silo.vault_check_show()
returns table (finished_at text, age bigint, files bigint, missing bigint, damaged bigint, place text)
language sql stable security definer set search_path = silo, pg_temp as $$
  select silo.rfc3339(c.finished_at), extract(epoch from clock_timestamp() - c.finished_at)::bigint,
         c.last_files, c.last_missing, c.last_damaged, c.place
    from vault_check c
$$;
