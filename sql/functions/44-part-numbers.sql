-- Part numbers that the server makes, of a category and a number, and the one schema that describes them to
-- clients.

-- Clients of other servers ask for schemas before they show a form. Here there is only one.
create or replace function silo.schema_categories()
returns json
language plpgsql immutable as $$
begin
  return (select json_object_agg(word, initcap(word) order by place)
            from unnest(silo.item_types()) with ordinality as t (word, place));
end
$$;

create or replace function silo.schema_list()
returns silo.answer
language sql stable security definer set search_path = silo, pg_temp as $$
  select 200,
         json_build_object('schemas', json_build_array(json_build_object(
           'name', 'silo', 'version', 1, 'description', 'A category and a number',
           'separator', '-', 'format', '{category}-{number}',
           'segments', json_build_array(
             json_build_object('name', 'category', 'type', 'enum', 'required', true,
                               'values', silo.schema_categories()),
             json_build_object('name', 'number', 'type', 'serial', 'required', true)))))::text,
         null::text, null::text
$$;

-- The form for a new item: its category, and only the fields that every item has.
create or replace function silo.schema_form(schema_name text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
begin
  if schema_name <> 'silo' then
    perform silo.refuse(404, 'schema_not_found');
  end if;
  return row (200, json_build_object(
                'schema_name', schema_name, 'format', '{category}-{number}',
                'category_picker', json_build_object(
                  'style', 'single',
                  'stages', json_build_array(json_build_object(
                    'name', 'category', 'label', 'Category', 'values', silo.schema_categories()))),
                'item_fields', json_build_object(), 'field_groups', json_build_array(),
                'category_field_groups', json_build_object(),
                'field_overrides', json_build_object())::text, null, null)::answer;
end
$$;

create or replace function silo.check_category(category text)
returns void
language plpgsql immutable as $$
begin
  if category is null or category !~ '^[A-Za-z0-9_][A-Za-z0-9._]*$' or length(category) > silo.limit_category() then
    perform silo.refuse_value('category', '1 to ' || silo.limit_category() || ' characters of A-Z a-z 0-9 . _, not starting with a dot');
  end if;
end
$$;

create or replace function silo.part_number_after(category text, last integer)
returns integer
language plpgsql stable as $$
declare
  free_number integer := last + 1;
begin
  while exists (select from silo.items i
                 where i.part_number_key = lower(category) || '-' || lpad(free_number::text, greatest(4, length(free_number::text)), '0')) loop
    free_number := free_number + 1;
  end loop;
  return free_number;
end
$$;

-- The next free number of a category, e.g. F01 → F01-0003; nothing is reserved.
create or replace function silo.part_number_next(category text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  free_number integer;
begin
  perform silo.check_category(category);
  free_number := silo.part_number_after(category, coalesce(
            (select c.last from part_number_counters c where c.category = lower(part_number_next.category)), 0));
  return row (200, json_build_object('part_number',
                category || '-' || lpad(free_number::text, greatest(4, length(free_number::text)), '0')), null, null)::answer;
end
$$;

-- Takes the next free number of a category; concurrent callers wait for each other.
create or replace function silo.part_number_take(category text)
returns text
language plpgsql as $$
declare
  free_number integer;
begin
  perform silo.check_category(category);
  insert into silo.part_number_counters (category, last) values (lower(part_number_take.category), 0)
  on conflict do nothing;
  select c.last into free_number from silo.part_number_counters c
   where c.category = lower(part_number_take.category) for no key update;
  free_number := silo.part_number_after(category, free_number);
  update silo.part_number_counters c set last = free_number where c.category = lower(part_number_take.category);
  return category || '-' || lpad(free_number::text, greatest(4, length(free_number::text)), '0');
end
$$;
