-- A token that another token has made ends with it.
set local role silo_owner;

alter table silo.api_tokens
  add column parent_id uuid references silo.api_tokens (id) on delete cascade;
create index api_tokens_by_parent on silo.api_tokens (parent_id) where parent_id is not null;
