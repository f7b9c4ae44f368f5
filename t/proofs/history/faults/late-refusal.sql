-- A write is stored and refused all the same.
create or replace function silo.revision_answer(status integer, item silo.items, r silo.revisions)
returns silo.answer language sql as $$
  select case when random() < 0.02 then 412 else status end, silo.revision_json(r)::text, null::text, null::text
$$;
