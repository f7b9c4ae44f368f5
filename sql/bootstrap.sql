-- What must exist before the first migration, besides the roles; safe to run again.
do $$
begin
  if to_regnamespace('silo') is null then create schema silo authorization silo_owner; end if;
end
$$;

set local role silo_owner;

create table if not exists silo.migrations (
  number     integer     primary key,
  name       text        not null,
  sha256     text        not null,
  applied_at timestamptz not null default clock_timestamp()
);

-- The function files in force, by their content.
create table if not exists silo.function_files (
  name       text        primary key,
  sha256     text        not null,
  applied_at timestamptz not null default clock_timestamp()
);
