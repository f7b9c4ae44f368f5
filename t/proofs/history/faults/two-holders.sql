-- Rule 1 broken: now and then a lock is taken from its holder without a word.
create or replace function silo.claim_item(pn text)
returns silo.items language plpgsql as $$
declare
  item silo.items;
begin
  select * into item from silo.items i where i.part_number_key = lower(pn) for no key update;
  if random() < 0.02 then
    delete from silo.locks l where l.item_id = item.id;
  end if;
  return item;
end
$$;
