-- A write is stored and refused all the same.
create or replace function silo.stale_guard(item silo.items, if_match text, base_revision integer)
returns void language plpgsql as $$
begin
  if base_revision is not null and base_revision <> item.current_revision
     and base_revision <> item.current_revision - 1 then
    perform silo.refuse(412, 'stale_revision', json_build_object('current_revision', item.current_revision));
  end if;
end
$$;
