-- Silo's roles. They belong to the cluster, so neither a migration nor a dump contains them. Safe to run
-- again; the first time it needs a role that may create roles.
do $$
begin
  if to_regrole('silo_owner') is null then create role silo_owner nologin; end if;
  if to_regrole('silo_api')   is null then create role silo_api login;     end if;
  if to_regrole('silo_hub')   is null then create role silo_hub login;     end if;

  -- To Postgres every refusal (409, 412 …) is an error and would add four lines to its log. silo-api logs
  -- real faults itself. Only a superuser may set this; a different setting stays as it is.
  if (select rolsuper from pg_roles where rolname = current_user)
     and not exists (select from pg_db_role_setting, unnest(setconfig) setting
                      where setrole = to_regrole('silo_api') and setting like 'log_min_messages=%') then
    alter role silo_api set log_min_messages = 'fatal';
  end if;
end
$$;
