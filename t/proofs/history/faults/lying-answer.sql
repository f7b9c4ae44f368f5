-- An acknowledged upload is not kept: the row is taken away again after the answer is made.
create or replace function silo.revision_answer(status integer, item silo.items, r silo.revisions)
returns silo.answer language plpgsql as $$
begin
  if status = 201 and random() < 0.01 then
    update silo.items i set current_revision = current_revision - 1 where i.id = r.item_id;
    delete from silo.revisions d where d.item_id = r.item_id and d.revision_number = r.revision_number;
  end if;
  return row (status, silo.revision_json(r)::text, null,
              '/api/items/' || item.part_number || '/revisions/' || r.revision_number)::silo.answer;
end
$$;
