-- Projects: a code that items name, and a row only for projects with a display name.

create or replace function silo.project_json(code text, name text, item_count bigint)
returns json
language sql immutable as $$
  select json_build_object('code', code, 'name', coalesce(name, code),
                           'item_count', coalesce(item_count, 0))
$$;

-- Projects that were created, and those that items name.
create or replace function silo.project_list()
returns silo.answer
language sql stable security definer set search_path = silo, pg_temp as $$
  select 200,
         json_build_object('projects', coalesce(json_agg(
           silo.project_json(code, p.name, used.item_count) order by code), '[]'))::text,
         null::text, null::text
    from (select i.project as code, count(*) as item_count
            from items i
           where i.archived_at is null and i.project <> ''
           group by i.project) used
    full join projects p using (code)
$$;

-- A project exists as soon as an item names it; created here, it also has a display name.
create or replace function silo.project_create(new_code text, new_name text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  made projects;
begin
  perform silo.must_be_writable();
  if new_code is null or btrim(new_code) = '' or length(new_code) > silo.limit_project() or new_code ~ '[[:cntrl:]]' then
    perform silo.refuse_value('code', 'text of 1 to ' || silo.limit_project() || ' characters, not only blanks');
  end if;
  if length(new_name) > silo.limit_project_name() or new_name ~ '[[:cntrl:]]' then
    perform silo.refuse_length('name', silo.limit_project_name());
  end if;
  insert into projects (code, name, created_by)
  values (new_code, coalesce(nullif(btrim(new_name), ''), new_code), silo.caller())
  on conflict (code) do nothing
  returning * into made;
  if made.code is null then
    perform silo.refuse(409, 'project_exists');
  end if;
  return row (201, silo.project_json(made.code, made.name,
                (select count(*) from items i
                  where i.project = made.code and i.archived_at is null)), null, null)::answer;
end
$$;
