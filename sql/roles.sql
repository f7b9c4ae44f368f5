-- The roles of Silo: they belong to the cluster, so neither a migration nor a dump carries them.
-- Safe to run again; needs a role that may create roles, the first time.
do $$
begin
  if to_regrole('silo_owner') is null then create role silo_owner nologin; end if;
  if to_regrole('silo_api')   is null then create role silo_api login;     end if;
  if to_regrole('silo_hub')   is null then create role silo_hub login;     end if;
end
$$;
