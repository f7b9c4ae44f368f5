-- The roles of Silo: they belong to the cluster, so neither a migration nor a dump carries them.
-- Safe to run again; needs a role that may create roles, the first time.
do $$
begin
  if to_regrole('silo_owner') is null then create role silo_owner nologin; end if;
  if to_regrole('silo_api')   is null then create role silo_api login;     end if;
  if to_regrole('silo_hub')   is null then create role silo_hub login;     end if;

  -- Every refusal (409, 412 …) is an error to Postgres: its log would grow by four lines with each.
  -- silo-api logs what really is a fault. Only a superuser may say so; whoever has said otherwise
  -- is left alone.
  if (select rolsuper from pg_roles where rolname = current_user)
     and not exists (select from pg_db_role_setting, unnest(setconfig) setting
                      where setrole = to_regrole('silo_api') and setting like 'log_min_messages=%') then
    alter role silo_api set log_min_messages = 'fatal';
  end if;
end
$$;
