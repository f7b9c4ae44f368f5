-- Content that the head has already makes a second revision when it is sent again.
create or replace function silo.head_revision(item silo.items)
returns silo.revisions language sql stable as $$
  select * from silo.revisions r where r.item_id = item.id and r.revision_number = item.current_revision - 1
$$;
