-- Who is calling: tokens, sessions, names that nginx vouches for; signing in and out by password.

-- For databases in which sign_in returns a set of rows: a function's result type can't be replaced.
do $$
begin
  if exists (select from pg_proc where oid = to_regproc('silo.sign_in') and proretset) then
    drop function silo.sign_in(text, text, text);
  end if;
end
$$;

-- Signs the caller in for the rest of this transaction. `kind`: token or session (credential = SHA-256 of
-- the secret, hex), remote or remote:ROLE (credential = the user name; with a role, the user is created
-- when first seen). SL401 if there is no such user, SL403 if the role is too low. After `answer_by`
-- (seconds since 1970, null = never) the caller no longer waits, so nothing is done.
create or replace function silo.sign_in(
  kind text, credential text, least_role text, answer_by double precision default null,
  out username text, out role text, out display_name text, out auth_source text)
language plpgsql security definer set search_path = silo, pg_temp as $$
#variable_conflict use_column
declare
  who      users;
  used_at  timestamptz;
  token_id uuid;
begin
  perform silo.refuse_late(answer_by);
  perform set_config('silo.answer_by', coalesce(answer_by::text, ''), true);
  if kind = 'token' then
    select u.id, u.username, u.display_name, u.role, u.active, t.last_used_at, t.id
      into who.id, who.username, who.display_name, who.role, who.active, used_at, token_id
      from api_tokens t join users u on lower(u.username) = lower(t.username)
     where t.token_hash = credential
       and (t.expires_at is null or t.expires_at > clock_timestamp());
    if who.id is not null and (used_at is null or used_at < clock_timestamp() - interval '1 minute') then
      perform silo.note_token_use(credential);
    end if;
  elsif kind = 'session' then
    select u.* into who
      from sessions s join users u on lower(u.username) = lower(s.username)
     where s.session_hash = credential
       and s.expires_at > clock_timestamp();
    perform silo.slide_session(credential);
  elsif kind like 'remote%' then
    select u.* into who from users u where lower(u.username) = lower(credential);
    if who.id is null and split_part(kind, ':', 2) <> '' then
      who := silo.meet_remote_user(credential, split_part(kind, ':', 2));
    end if;
  end if;
  if who.id is null or not who.active then
    perform silo.refuse(401, 'not_signed_in');
  end if;
  if silo.role_rank(who.role) < silo.role_rank(least_role) then
    perform silo.refuse(403, 'role_too_low', json_build_object('required_role', least_role));
  end if;
  username     := set_config('silo.caller', who.username, true);
  role         := set_config('silo.role', who.role, true);
  perform set_config('silo.token', coalesce(token_id::text, ''), true);
  display_name := who.display_name;
  auth_source  := split_part(kind, ':', 1);
end
$$;

-- The last use is recorded to the minute, and never waits for another request: a service account's requests
-- would queue.
create or replace function silo.note_token_use(credential text)
returns void
language plpgsql as $$
begin
  if not pg_is_in_recovery() then
    update silo.api_tokens t
       set last_used_at = clock_timestamp()
     where t.id in (select o.id from silo.api_tokens o where o.token_hash = credential
                       for no key update skip locked);
  end if;
end
$$;

-- A session lives as long as it is used; its end moves at most once a minute.
create or replace function silo.slide_session(credential text)
returns void
language plpgsql as $$
begin
  if exists (select from silo.sessions s
              where s.session_hash = credential
                and s.expires_at > clock_timestamp()
                and s.expires_at < clock_timestamp() + s.length - interval '1 minute')
     and not pg_is_in_recovery() then
    update silo.sessions s
       set expires_at = clock_timestamp() + s.length
     where s.session_hash in (select o.session_hash from silo.sessions o
                               where o.session_hash = credential
                                 for no key update skip locked);
  end if;
end
$$;

create or replace function silo.meet_remote_user(name text, new_role text)
returns silo.users
language plpgsql as $$
declare
  who silo.users;
begin
  if not silo.is_username(name) or silo.role_rank(new_role) = 0 then
    return null;
  end if;
  insert into silo.users (username, role) values (name, new_role)
  on conflict (lower(username)) do nothing;
  select u.* into who from silo.users u where lower(u.username) = lower(name);
  return who;
end
$$;

-- For the hub's open streams: is each credential still valid? In the order asked.
create or replace function silo.stream_check(kinds text[], credentials text[])
returns boolean[]
language sql stable security definer set search_path = silo, pg_temp as $$
  select array_agg(
           case asked.kind
             when 'token' then exists (
               select from api_tokens t join users u on lower(u.username) = lower(t.username)
                where t.token_hash = asked.credential and u.active
                  and (t.expires_at is null or t.expires_at > clock_timestamp()))
             when 'session' then exists (
               select from sessions s join users u on lower(u.username) = lower(s.username)
                where s.session_hash = asked.credential and u.active
                  and s.expires_at > clock_timestamp())
             else exists (
               select from users u where lower(u.username) = lower(asked.credential) and u.active)
           end
           order by asked.place)
    from unnest(kinds, credentials) with ordinality as asked (kind, credential, place)
$$;

-- The seconds that a subject must wait: none after the first failures, then doubling, up to a minute.
create or replace function silo.login_wait(subject_name text, free_failures integer)
returns integer
language sql stable as $$
  select coalesce(max(greatest(0, ceil(extract(epoch from
           f.last_at + least(60, power(2, least(f.failures - free_failures, 10))) * interval '1 second'
           - clock_timestamp())))::integer), 0)
    from silo.login_failures f
   where f.subject = subject_name
     and f.failures >= free_failures
     and f.last_at > clock_timestamp() - interval '15 minutes'
$$;

-- The stored hash to verify (null for an unknown, deactivated or password-less user: then verify a dummy),
-- and how long this user name or address must wait before the next try.
create or replace function silo.login_start(name text, address text)
returns table (password_hash text, wait_seconds integer)
language sql stable security definer set search_path = silo, pg_temp as $$
  select (select u.password_hash from users u where lower(u.username) = lower(name) and u.active),
         greatest(silo.login_wait('user:' || lower(left(name, silo.limit_username())), 5),
                  silo.login_wait('address:' || address, 50))
$$;

-- Ends a try. If accepted, creates a session: 204. If not, counts the failure: 401.
create or replace function silo.login_finish(
  name text, address text, accepted boolean, new_session_hash text, session_seconds integer)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  who text;
begin
  if accepted then
    select u.username into who from users u where lower(u.username) = lower(name) and u.active;
  end if;
  if who is null then
    insert into login_failures as f (subject, failures, last_at)
    select s, 1, clock_timestamp()
      from unnest(array['address:' || address, 'user:' || lower(left(name, silo.limit_username()))]) s
     order by s
    on conflict (subject) do update
       set failures = case when f.last_at < clock_timestamp() - interval '15 minutes'
                           then 1 else f.failures + 1 end,
           last_at = clock_timestamp();
    return row (401, null, null, null)::answer;
  end if;
  delete from login_failures f where f.subject = 'user:' || lower(left(name, silo.limit_username()));
  insert into sessions (session_hash, username, length, expires_at)
  values (new_session_hash, who, session_seconds * interval '1 second',
          clock_timestamp() + session_seconds * interval '1 second');
  return row (204, null, null, null)::answer;
end
$$;

create or replace function silo.logout(old_session_hash text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
begin
  delete from sessions s where s.session_hash = old_session_hash;
  return row (204, null, null, null)::answer;
end
$$;
