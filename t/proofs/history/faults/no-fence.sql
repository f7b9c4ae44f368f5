-- Rule 6 broken: a write from an old base is accepted.
create or replace function silo.stale_guard(item silo.items, if_match text, base_revision integer)
returns void language plpgsql as $$ begin end $$;
