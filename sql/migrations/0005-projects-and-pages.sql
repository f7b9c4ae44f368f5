-- Projects that have a name of their own; those that only items name need no row.
set local role silo_owner;

create table silo.projects (
  code       text        primary key check (length(code) between 1 and 64),
  name       text        not null check (length(name) between 1 and 200),
  created_at timestamptz not null default clock_timestamp(),
  created_by text        not null
);

-- Takes one more parameter, with a default for the workers of the version before.
drop function if exists silo.item_list(text, text, text, text, text, text, integer, text);
