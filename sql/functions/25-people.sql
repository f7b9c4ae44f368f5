-- The caller, the caller's tokens and password, and the users that admins manage.

create or replace function silo.auth_me(auth_source text)
returns silo.answer
language sql stable security definer set search_path = silo, pg_temp as $$
  select 200,
         json_build_object('username', u.username, 'display_name', u.display_name,
                           'role', u.role, 'auth_source', auth_source)::text,
         null::text, null::text
    from users u where u.username = silo.caller()
$$;

-- The hash to verify before a password change.
create or replace function silo.password_hash()
returns text
language sql stable security definer set search_path = silo, pg_temp as $$
  select u.password_hash from users u where u.username = silo.caller()
$$;

-- Sets the caller's password, and ends all sessions except the named one.
create or replace function silo.password_change(new_hash text, keep_session_hash text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
begin
  perform silo.must_be_writable();
  update users u set password_hash = new_hash, updated_at = clock_timestamp()
   where u.username = silo.caller();
  delete from sessions s
   where s.username = silo.caller() and s.session_hash is distinct from keep_session_hash;
  return row (204, null, null, null)::answer;
end
$$;

create or replace function silo.token_json(t silo.api_tokens)
returns json
language sql stable as $$
  select json_build_object('id', t.id, 'name', t.name, 'prefix', t.prefix,
                           'created_at', silo.rfc3339(t.created_at),
                           'expires_at', silo.rfc3339(t.expires_at),
                           'last_used_at', silo.rfc3339(t.last_used_at))
$$;

create or replace function silo.token_list(page_limit integer, page_cursor text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  after text[] := silo.cursor_read(page_cursor, 2);
  rows  json[];
  keys  json[];
begin
  perform after[1]::timestamptz, after[2]::uuid; -- judged even if there is no row to compare
  select array_agg(silo.token_json(t)), array_agg(json_build_array(silo.rfc3339(t.created_at), t.id))
    into rows, keys
    from (select * from api_tokens a
           where a.username = silo.caller()
             and (after is null or (a.created_at, a.id) < (after[1]::timestamptz, after[2]::uuid))
           order by a.created_at desc, a.id desc
           limit page_limit + 1) t;
  return row (200, silo.page('tokens', rows, keys, page_limit), null, null)::answer;
exception when data_exception then
  perform silo.refuse_field('cursor', 'invalid_cursor');
end
$$;

-- The secret itself never comes here; the worker adds it to the answer, once. A token made with a token
-- ends with it, when that one expires or is revoked. Otherwise a leaked token could be made to last.
create or replace function silo.token_create(
  new_name text, expires_in_days integer, new_hash text, new_prefix text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  by_token uuid := nullif(current_setting('silo.token', true), '');
  parent   api_tokens;
  made     api_tokens;
begin
  perform silo.must_be_writable();
  if new_name is null or btrim(new_name) = '' or length(new_name) > silo.limit_token_name() then
    perform silo.refuse_value('name', 'text of 1 to ' || silo.limit_token_name() || ' characters, not only blanks');
  end if;
  if expires_in_days not between 1 and silo.limit_token_days() then
    perform silo.refuse_value('expires_in_days', 'a whole number from 1 to ' || silo.limit_token_days());
  end if;
  if (select count(*) from api_tokens t where t.username = silo.caller()) >= silo.limit_tokens() then
    perform silo.refuse(409, 'too_many_tokens');
  end if;
  -- Locks the row until we are done: a token revoked meanwhile must not leave a child behind.
  select * into parent from api_tokens t
   where t.id = by_token
     for key share;
  if by_token is not null and parent.id is null then
    perform silo.refuse(401, 'not_signed_in');
  end if;
  insert into api_tokens (username, name, token_hash, prefix, expires_at, parent_id)
  values (silo.caller(), btrim(new_name), new_hash, new_prefix,
          least(parent.expires_at, clock_timestamp() + expires_in_days * interval '1 day'), parent.id)
  returning * into made;
  return row (201, silo.token_json(made), null, '/api/auth/tokens/' || made.id)::answer;
end
$$;

create or replace function silo.token_revoke(token_id text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
begin
  perform silo.must_be_writable();
  delete from api_tokens t where t.id::text = lower(token_id) and t.username = silo.caller();
  if not found then
    perform silo.refuse(404, 'token_not_found');
  end if;
  return row (204, null, null, null)::answer;
end
$$;

-- Users -----------------------------------------------------------------------------------------

create or replace function silo.user_json(u silo.users)
returns json
language sql stable as $$
  select json_build_object('username', u.username, 'display_name', u.display_name, 'role', u.role,
                           'active', u.active, 'has_password', u.password_hash is not null,
                           'created_at', silo.rfc3339(u.created_at),
                           'updated_at', silo.rfc3339(u.updated_at))
$$;

create or replace function silo.user_list(page_limit integer, page_cursor text)
returns silo.answer
language plpgsql stable security definer set search_path = silo, pg_temp as $$
declare
  after text[] := silo.cursor_read(page_cursor, 1);
  rows  json[];
  keys  json[];
begin
  select array_agg(silo.user_json(u)), array_agg(json_build_array(lower(u.username)))
    into rows, keys
    from (select * from users a
           where after is null or lower(a.username) > after[1]
           order by lower(a.username)
           limit page_limit + 1) u;
  return row (200, silo.page('users', rows, keys, page_limit), null, null)::answer;
end
$$;

create or replace function silo.user_create(
  new_username text, new_display_name text, new_role text, new_hash text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  made users;
begin
  perform silo.must_be_writable();
  if new_username is null or not silo.is_username(new_username) then
    perform silo.refuse_value('username', '1 to ' || silo.limit_username() || ' characters of A-Z a-z 0-9 . _ @ + -, starting with a letter or digit');
  end if;
  if silo.role_rank(new_role) = 0 or new_role is null then
    perform silo.refuse_value('role', silo.one_of(silo.roles()));
  end if;
  if length(new_display_name) > silo.limit_display_name() then
    perform silo.refuse_length('display_name', silo.limit_display_name());
  end if;
  insert into users (username, display_name, role, password_hash)
  values (new_username, coalesce(new_display_name, ''), new_role, new_hash)
  on conflict (lower(username)) do nothing
  returning * into made;
  if made.id is null then
    perform silo.refuse(409, 'username_taken');
  end if;
  return row (201, silo.user_json(made), null, '/api/users/' || made.username)::answer;
end
$$;

-- Null leaves a value as it is. A deactivated user's sessions end; tokens stop working because every
-- sign-in needs an active user; locks stay until they expire or an admin releases them.
create or replace function silo.user_update(
  name text, new_role text, new_active boolean, new_display_name text, new_hash text)
returns silo.answer
language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  who users;
begin
  perform silo.must_be_writable();
  if new_role is not null and silo.role_rank(new_role) = 0 then
    perform silo.refuse_value('role', silo.one_of(silo.roles()));
  end if;
  if length(new_display_name) > silo.limit_display_name() then
    perform silo.refuse_length('display_name', silo.limit_display_name());
  end if;
  -- All admins are locked in one order, so that two admins cannot remove each other at once.
  perform from users u where u.role = 'admin' and u.active order by u.id for no key update;
  select * into who from users u where lower(u.username) = lower(name) for no key update;
  if who.id is null then
    perform silo.refuse(404, 'user_not_found');
  end if;
  if who.role = 'admin' and who.active
     and (coalesce(new_role, 'admin') <> 'admin' or not coalesce(new_active, true))
     and not exists (select from users u where u.role = 'admin' and u.active and u.id <> who.id) then
    perform silo.refuse(409, 'last_admin');
  end if;
  update users u
     set role          = coalesce(new_role, u.role),
         active        = coalesce(new_active, u.active),
         display_name  = coalesce(new_display_name, u.display_name),
         password_hash = coalesce(new_hash, u.password_hash),
         updated_at    = clock_timestamp()
   where u.id = who.id
  returning * into who;
  if not who.active or new_hash is not null then
    delete from sessions s where lower(s.username) = lower(who.username);
  end if;
  return row (200, silo.user_json(who), null, null)::answer;
end
$$;
