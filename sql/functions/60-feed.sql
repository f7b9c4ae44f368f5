-- The feed: moves and numbers the outbox, reads the feed, ends leases when they expire, removes old data.
-- Only the hub calls these.

-- Session-level: the hub whose connection holds it numbers the feed and ends leases.
create or replace function silo.feed_lead()
returns boolean
language plpgsql volatile security definer set search_path = silo, pg_temp as $$
begin
  -- If a leader's machine loses power, Postgres would keep its session, and with it the lock, for hours. So
  -- Postgres asks after some silence (no effect on a Unix socket).
  perform set_config('tcp_keepalives_idle', '5', false),
          set_config('tcp_keepalives_interval', '2', false),
          set_config('tcp_keepalives_count', '3', false),
          set_config('tcp_user_timeout', '10000', false);
  return pg_try_advisory_lock(hashtextextended('silo.feed', 0));
end
$$;

-- Moves what has committed from the outbox to the feed, numbering it without a gap. Numbers are
-- given here, by the one leader: a number given at insert can become visible after a higher one,
-- and a reader that resumes by it would skip an event. Returns how many were moved.
create or replace function silo.feed_advance(most integer)
returns integer
language plpgsql security definer set search_path = silo, pg_temp set enable_seqscan = off set jit = off as $$
declare
  moved integer;
begin
  with head as (
    select last from feed_head for no key update
  ), taken as (
    delete from outbox o
     where o.id in (select q.id from outbox q order by q.id limit most)
    returning o.*
  ), numbered as (
    insert into feed (number, type, item_id, part_number, people, data, at)
    select head.last + row_number() over (order by t.id), t.type, t.item_id, t.part_number, t.people, t.data, t.at
      from taken t, head
    returning 1
  )
  select count(*) into moved from numbered;
  if moved > 0 then
    update feed_head set last = last + moved;
    perform pg_notify('silo_feed', '');
  end if;
  return moved;
end
$$;

create or replace function silo.feed_read(after bigint, most integer)
returns table (number bigint, type text, part_number text, people text[], data text, at timestamptz)
language sql stable security definer set search_path = silo, pg_temp as $$
  select f.number, f.type, f.part_number, f.people, f.data, f.at
    from feed f where f.number > after order by f.number limit most
$$;

create or replace function silo.feed_bounds()
returns table (oldest bigint, last bigint)
language sql stable security definer set search_path = silo, pg_temp as $$
  select h.oldest, h.last from feed_head h
$$;

-- Ends every lease that has expired (rule 3). Skips a row that another transaction has locked: that one
-- judges the lease itself. Returns the seconds until the next lease expires, null for none.
create or replace function silo.leases_end()
returns double precision
language plpgsql security definer set search_path = silo, pg_temp set enable_seqscan = off set jit = off as $$
declare
  ended record;
  held  locks;
begin
  if not pg_is_in_recovery() then
    for ended in
      select i.id, i.part_number
        from locks l join items i on i.id = l.item_id
       where l.expires_at <= clock_timestamp()
       order by l.expires_at
       limit 1000
         for no key update of i skip locked
    loop
      select * into held from locks l where l.item_id = ended.id and l.expires_at <= clock_timestamp();
      if held.id is not null then
        perform silo.end_lock(held, ended.part_number, 'expired');
      end if;
    end loop;
  end if;
  return (select case when count(*) > 0
                      then greatest(0.01, extract(epoch from min(l.expires_at) - clock_timestamp())) end
            from (select expires_at from locks order by expires_at limit 1) l);
end
$$;

-- Warns holders once before each lease expires. Returns the seconds until the next look.
create or replace function silo.leases_warn(warning_seconds integer)
returns double precision
language plpgsql security definer set search_path = silo, pg_temp set enable_seqscan = off set jit = off as $$
declare
  due locks;
  pn  text;
begin
  for due in
    select l.*
      from locks l
      join items i on i.id = l.item_id
      left join lease_notes n on n.lock_id = l.id and n.lease_end = l.expires_at
     where l.expires_at > clock_timestamp()
       and l.expires_at <= clock_timestamp() + warning_seconds * interval '1 second'
       and l.expires_at - least(n.lead, warning_seconds * interval '1 second') <= clock_timestamp()
       and n.warned_at is null
     order by l.expires_at
     limit 1000
       for no key update of i skip locked
  loop
    -- Released or renewed while we waited for its row: nothing to warn about.
    if not exists (select from locks c where c.id = due.id and c.expires_at = due.expires_at) then
      continue;
    end if;
    insert into lease_notes as n (lock_id, lease_end, warned_at) values (due.id, due.expires_at, clock_timestamp())
    on conflict (lock_id, lease_end) do update set warned_at = clock_timestamp();
    select i.part_number into pn from items i where i.id = due.item_id;
    perform silo.tell('lock.expiring', due.item_id, pn, array[due.locked_by], silo.lock_json(due, pn));
  end loop;
  return (select case when count(*) > 0 then greatest(0.01, extract(epoch from min(
                   l.expires_at - least(n.lead, warning_seconds * interval '1 second'))
                 - clock_timestamp())) end
            from locks l left join lease_notes n on n.lock_id = l.id and n.lease_end = l.expires_at
           where n.warned_at is null and l.expires_at <= clock_timestamp() + 2 * warning_seconds * interval '1 second');
end
$$;

-- Removes data that is no longer kept, and returns the number of rows removed; fewer than `most` means that
-- nothing is left. It also looks at no more than `most` rows of the feed, because the leader's events wait
-- meanwhile. Small tables are cleaned in the last call of a round.
create or replace function silo.trim(feed_keep_days integer, most integer default 1000)
returns bigint
language plpgsql security definer set search_path = silo, pg_temp set enable_seqscan = off set jit = off as $$
declare
  from_number bigint := (select h.oldest from feed_head h);
  first_kept  bigint;
  removed     bigint;
begin
  -- Only from the front: numbers follow commits, times don't quite, and a reader that resumes before a hole
  -- would skip it without noticing. And from the oldest number on: removed rows stay in the index until a
  -- vacuum.
  with front as materialized (
    select f.number, f.at from feed f where f.number >= from_number order by f.number limit most)
  select coalesce(min(f.number) filter (where f.at >= clock_timestamp() - feed_keep_days * interval '1 day'),
                  max(f.number) + 1)
    into first_kept from front f;
  delete from feed f where f.number >= from_number and f.number < first_kept;
  get diagnostics removed = row_count;
  if removed > 0 then
    update feed_head h set oldest = first_kept;
  end if;
  if removed >= most then
    return removed;
  end if;
  return greatest(removed, silo.trim_small(most));
end
$$;

-- Removes data that is kept only for hours, at most `most` rows of each kind. Returns the largest number
-- removed of one kind.
create or replace function silo.trim_small(most integer)
returns bigint
language plpgsql as $$
declare
  removed bigint;
  step    bigint;
begin
  delete from silo.sessions s
   where s.session_hash in (select e.session_hash from silo.sessions e
                             where e.expires_at < clock_timestamp() limit most);
  get diagnostics removed = row_count;
  delete from silo.login_failures f
   where f.subject in (select e.subject from silo.login_failures e
                        where e.last_at < clock_timestamp() - interval '1 hour' limit most);
  get diagnostics step = row_count;
  removed := greatest(removed, step);
  delete from silo.lease_notes n
   where (n.lock_id, n.lease_end) in (select e.lock_id, e.lease_end from silo.lease_notes e
                                       where e.lease_end < clock_timestamp() limit most);
  get diagnostics step = row_count;
  delete from silo.hubs h where h.seen_at < clock_timestamp() - interval '1 hour';
  return greatest(removed, step);
end
$$;

-- A hub's own report, for /ready and /metrics of every node.
create or replace function silo.hub_report(hub_name text, new_figures json)
returns void
language sql security definer set search_path = silo, pg_temp as $$
  insert into hubs (name, seen_at, figures) values (hub_name, clock_timestamp(), new_figures::jsonb)
  on conflict (name) do update set seen_at = clock_timestamp(), figures = excluded.figures
$$;
