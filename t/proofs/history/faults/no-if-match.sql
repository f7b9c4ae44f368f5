-- Rule 6 broken for If-Match alone: any tag of the right revision will do.
create or replace function silo.etag_matches(if_match text, item silo.items)
returns boolean language sql immutable as $$
  select if_match is null or if_match like '"' || item.current_revision || '.%'
$$;
