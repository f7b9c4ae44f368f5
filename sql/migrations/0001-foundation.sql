-- The tables: people and their ways in, items and their revisions, locks, and the feed.

create extension if not exists pg_trgm;

-- Nobody may call a function that was not granted by name.
alter default privileges for role silo_owner revoke execute on functions from public;

grant usage on schema silo to silo_api, silo_hub;

set local role silo_owner;

-- People ---------------------------------------------------------------------------------------

-- Never deleted, only deactivated; the name never changes. Everything else records people by name,
-- without foreign keys: many transactions referencing one users row slow each other down.
create table silo.users (
  id            uuid        primary key default gen_random_uuid(),
  username      text        not null check (username ~ '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$'),
  display_name  text        not null default '' check (length(display_name) <= 200),
  role          text        not null check (role in ('viewer', 'editor', 'admin')),
  active        boolean     not null default true,
  password_hash text,
  created_at    timestamptz not null default clock_timestamp(),
  updated_at    timestamptz not null default clock_timestamp()
);
create unique index users_username_key on silo.users (lower(username));

create table silo.api_tokens (
  id           uuid        primary key default gen_random_uuid(),
  username     text        not null,
  name         text        not null check (length(name) between 1 and 100),
  token_hash   text        not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
  prefix       text        not null,
  created_at   timestamptz not null default clock_timestamp(),
  expires_at   timestamptz,
  last_used_at timestamptz
) with (fillfactor = 70);
create index api_tokens_by_user on silo.api_tokens (username, created_at, id);

create table silo.sessions (
  session_hash text        primary key check (session_hash ~ '^[0-9a-f]{64}$'),
  username     text        not null,
  length       interval    not null,
  created_at   timestamptz not null default clock_timestamp(),
  expires_at   timestamptz not null
) with (fillfactor = 70);
create index sessions_by_user on silo.sessions (username);

-- Failed sign-ins, counted per user name and per address ('user:…', 'address:…').
create table silo.login_failures (
  subject  text        primary key,
  failures integer     not null,
  last_at  timestamptz not null
);

-- Items ----------------------------------------------------------------------------------------

create table silo.items (
  id               uuid        primary key default gen_random_uuid(),
  part_number      text        collate "C" not null check (part_number ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$'),
  part_number_key  text        collate "C" not null generated always as (lower(part_number)) stored,
  item_type        text        not null check (item_type in ('part', 'assembly', 'drawing', 'document', 'consumable', 'tool')),
  description      text        not null default '' check (length(description) <= 2000),
  project          text        not null default '' check (length(project) <= 64),
  properties       jsonb       not null default '{}' check (jsonb_typeof(properties) = 'object'),
  current_revision integer     not null default 0,
  version          bigint      not null default 1,
  created_at       timestamptz not null default clock_timestamp(),
  created_by       text        not null,
  updated_at       timestamptz not null default clock_timestamp(),
  updated_by       text        not null,
  archived_at      timestamptz,
  archived_by      text
) with (fillfactor = 85);
create unique index items_part_number_key on silo.items (part_number_key);
create index items_by_change  on silo.items (updated_at, id)            where archived_at is null;
create index items_by_birth   on silo.items (created_at, id)            where archived_at is null;
create index items_by_project on silo.items (project, part_number_key)  where archived_at is null;
create index items_by_type    on silo.items (item_type, part_number_key) where archived_at is null;
create index items_by_words   on silo.items
  using gin ((part_number_key || ' ' || lower(description)) gin_trgm_ops);

-- The last number handed out in each category of part numbers.
create table silo.part_number_counters (
  category text    collate "C" primary key,
  last     integer not null
);

-- One row per content that the vault holds.
create table silo.blobs (
  sha256     text        collate "C" primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  size       bigint      not null check (size >= 0),
  created_at timestamptz not null default clock_timestamp()
);

create table silo.revisions (
  item_id          uuid        not null references silo.items (id),
  revision_number  integer     not null check (revision_number > 0),
  comment          text        not null default '' check (length(comment) <= 2000),
  properties       jsonb       not null default '{}' check (jsonb_typeof(properties) = 'object'),
  filename         text        check (octet_length(filename) between 1 and 255),
  sha256           text        collate "C" references silo.blobs (sha256),
  thumbnail_sha256 text        collate "C" references silo.blobs (sha256),
  created_at       timestamptz not null default clock_timestamp(),
  created_by       text        not null,
  primary key (item_id, revision_number),
  check ((filename is null) = (sha256 is null))
);
create index revisions_by_content   on silo.revisions (sha256);
create index revisions_by_thumbnail on silo.revisions (thumbnail_sha256) where thumbnail_sha256 is not null;

-- Locks ----------------------------------------------------------------------------------------

create table silo.locks (
  id          bigint      generated always as identity primary key,
  item_id     uuid        not null unique references silo.items (id),
  locked_by   text        not null,
  locked_at   timestamptz not null,
  expires_at  timestamptz not null check (expires_at > locked_at),
  comment     text        not null default '' check (length(comment) <= 500),
  workstation text        not null default '' check (length(workstation) <= 200)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index locks_by_end on silo.locks (expires_at);
create index locks_by_age on silo.locks (locked_at, id);

-- What must be remembered of one lease beside its lock: a short lease is warned earlier, and each
-- lease only once. A renewed lease has another end, hence another row.
create table silo.lease_notes (
  lock_id   bigint      not null,
  lease_end timestamptz not null,
  lead      interval,
  warned_at timestamptz,
  primary key (lock_id, lease_end)
);

-- Who asked for an item that another holds; gone with the lock.
create table silo.lock_requests (
  lock_id      bigint      not null,
  requested_by text        not null,
  message      text        not null default '' check (length(message) <= 500),
  requested_at timestamptz not null,
  primary key (lock_id, requested_by)
);

-- The feed -------------------------------------------------------------------------------------

-- Changes, written in the same transaction as what they tell of. The leading hub moves them to the
-- feed and numbers them there; the id only keeps the order of changes that follow one another.
create table silo.outbox (
  id          bigint      generated always as identity primary key,
  type        text        not null,
  item_id     uuid,
  part_number text,
  people      text[]      not null default '{}',
  data        text        not null,
  at          timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create table silo.feed (
  number      bigint      primary key,
  type        text        not null,
  item_id     uuid,
  part_number text,
  people      text[]      not null,
  data        text        not null,
  at          timestamptz not null
);
create index feed_by_item on silo.feed (item_id, number);
create index feed_by_time on silo.feed (at);

-- The number of the newest row and of the oldest that is kept (newest + 1 when none is).
create table silo.feed_head (
  one    boolean primary key default true check (one),
  last   bigint  not null,
  oldest bigint  not null
);
insert into silo.feed_head (last, oldest) values (0, 1);

-- The server -----------------------------------------------------------------------------------

create table silo.server_state (
  one   boolean     primary key default true check (one),
  mode  text        not null check (mode in ('normal', 'read-only')),
  since timestamptz not null default clock_timestamp()
);
insert into silo.server_state (mode) values ('normal');

-- What each running hub last said of itself: gauges and counters by name.
create table silo.hubs (
  name    text        primary key,
  seen_at timestamptz not null,
  figures jsonb       not null
);
