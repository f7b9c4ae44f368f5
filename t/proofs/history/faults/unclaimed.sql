-- The item's row is not claimed: a window between the check and the write.
create or replace function silo.claim_item(pn text)
returns silo.items language sql as $$
  select * from silo.items i where i.part_number_key = lower(pn)
$$;
