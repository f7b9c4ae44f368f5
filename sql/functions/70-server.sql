-- The server as a whole: its mode, readiness and metrics.

create or replace function silo.ready()
returns table (mode text, sse_clients bigint)
language sql stable security definer set search_path = silo, pg_temp as $$
  select silo.server_mode(),
         coalesce((select sum((h.figures ->> 'clients')::bigint) from hubs h
                    where h.seen_at > clock_timestamp() - interval '30 seconds'), 0)::bigint
$$;

-- Prometheus samples: name, labels (may be empty), value. In the order of the text format: each family
-- together, a histogram's bounds ascending.
create or replace function silo.metrics()
returns table (name text, labels text, value double precision)
language sql stable security definer set search_path = silo, pg_temp as $$
  with live as (
    select f.key, f.value, 'hub="' || replace(replace(h.name, '\', '\\'), '"', '\"') || '"' as hub
      from hubs h, jsonb_each(h.figures) f
     where h.seen_at > clock_timestamp() - interval '30 seconds'
  ), samples (name, hub, bound, value) as (
    select 'silo_locks', '', null::text, count(*)::float8 from locks l where l.expires_at > statement_timestamp()
    union all
    select 'silo_outbox_rows', '', null, count(*)::float8 from outbox
    union all
    select 'silo_feed_last', '', null, last::float8 from feed_head
    union all
    select 'silo_read_only', '', null, case when silo.server_mode() = 'normal' then 0 else 1 end
    union all
    select v.name, '', null, v.value
      from vault_check c,
           lateral (values
             ('silo_vault_verified_seconds', coalesce(extract(epoch from c.finished_at), 0)::float8),
             -- Findings of the current run count already.
             ('silo_vault_missing_files', greatest(c.last_missing, c.missing)::float8),
             ('silo_vault_damaged_files', greatest(c.last_damaged, c.damaged)::float8)) v (name, value)
    union all
    select 'silo_hub_' || l.key, l.hub, null, (l.value #>> '{}')::float8
      from live l
     where jsonb_typeof(l.value) = 'number'
    union all
    -- A histogram: an object of counts by upper bound.
    select 'silo_hub_' || l.key, l.hub, b.key, (b.value #>> '{}')::float8
      from live l, jsonb_each(case when jsonb_typeof(l.value) = 'object' then l.value else '{}' end) b
  )
  select s.name, s.hub || coalesce(',le="' || s.bound || '"', ''), s.value
    from samples s
   order by s.name, s.hub, s.bound::float8
$$;

-- The workers' transactions that are open now. One that began before a change of mode may not have seen it.
-- (An owner who is no superuser can see the locks, too.)
create or replace function silo.calls_running()
returns setof text
language sql stable as $$
  select l.virtualtransaction
    from pg_locks l
    join pg_stat_activity a on a.pid = l.pid
   where l.locktype = 'virtualxid' and l.granted
     and a.datname = current_database() and a.usename = 'silo_api'
$$;

-- Sets normal or read-only mode, with an event. silo-admin calls it as the owner.
create or replace function silo.server_mode_set(new_mode text)
returns void
language plpgsql as $$
begin
  update silo.server_state set mode = new_mode, since = clock_timestamp() where mode <> new_mode;
  if found then
    perform silo.tell('server.state', null, null, '{}', json_build_object('mode', new_mode));
  end if;
end
$$;
