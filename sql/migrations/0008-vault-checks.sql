-- How far the vault has been read against its names, and what was found: written by silo-admin verify,
-- told by every node in its figures.
set local role silo_owner;

create table silo.vault_check (
  one         boolean     primary key default true check (one),
  -- The run under way, or stopped in the middle: the hash of the last file that was judged; null between
  -- two runs.
  place       text        collate "C" check (length(place) <= 64),
  begun_at    timestamptz,
  files       bigint      not null default 0,
  bytes       bigint      not null default 0,
  missing     bigint      not null default 0,
  damaged     bigint      not null default 0,
  -- The last run that came to its end.
  finished_at timestamptz,
  last_files   bigint     not null default 0,
  last_missing bigint     not null default 0,
  last_damaged bigint     not null default 0
);
insert into silo.vault_check default values;
