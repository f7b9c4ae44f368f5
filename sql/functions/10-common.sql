-- What all functions share: refusals, the caller, time and pages. Nobody is granted these; they run inside
-- functions that are granted.

-- A function's answer to a request: HTTP status, complete JSON body, ETag without quotes, Location.
do $$
begin
  if to_regtype('silo.answer') is null then
    create type silo.answer as (status integer, body text, etag text, location text);
  end if;
end
$$;

-- Refuses: rolls back the transaction. `code` is the machine code of the contract; `details` is merged into
-- the error body.
create or replace function silo.refuse(status integer, code text, details json default null)
returns void
language plpgsql as $$
begin
  raise exception using
    errcode = 'SL' || status,
    message = code,
    detail  = coalesce(details::text, '');
end
$$;

-- It once had a default, which "or replace" can't remove.
drop function if exists silo.refuse_field(text, text);
create function silo.refuse_field(field text, code text)
returns void
language sql as $$
  select silo.refuse(422, code, json_build_object('field', field))
$$;

-- A value of the wrong type or out of range; the hint is the sentence for the caller.
create or replace function silo.refuse_value(field text, must_be text)
returns void
language plpgsql as $$
begin
  raise exception using
    errcode = 'SL422',
    message = 'invalid_value',
    detail  = json_build_object('field', field)::text,
    hint    = field || ' must be ' || must_be || '.';
end
$$;

-- For a sentence: "a, b or c".
create or replace function silo.one_of(words text[])
returns text
language sql immutable as $$
  select array_to_string(words[:cardinality(words) - 1], ', ') || ' or ' || words[cardinality(words)]
$$;

create or replace function silo.refuse_length(field text, most integer)
returns void
language sql as $$
  select silo.refuse_value(field, 'text of at most ' || most || ' characters')
$$;

-- Refuses a list of part numbers that is not one, or is too long.
create or replace function silo.refuse_part_numbers(most integer)
returns void
language sql as $$
  select silo.refuse_value('part_numbers', 'a list of 1 to ' || most || ' part numbers')
$$;

create or replace function silo.is_username(name text)
returns boolean
language sql immutable as $$
  select name ~ '^[A-Za-z0-9][A-Za-z0-9._@+-]*$' and length(name) <= silo.limit_username()
$$;

-- Each call carries the instant until which its caller waits, by this clock (fcgi/database/database.c). A
-- call that begins or ends after it is undone: its caller has learned that the outcome is unknown, and may
-- have checked and continued since, so a session that was paused for a while must not change anything.
-- Between this look and the commit nothing can look; a call that names its lease (rule 10) is safe there
-- too.
create or replace function silo.refuse_late(answer_by double precision)
returns void
language plpgsql as $$
begin
  if clock_timestamp() > to_timestamp(answer_by) then
    raise exception using errcode = 'SLATE', message = 'too_late';
  end if;
end
$$;

create or replace function silo.in_time()
returns boolean
language plpgsql security definer set search_path = silo, pg_temp as $$
begin
  perform silo.refuse_late(nullif(current_setting('silo.answer_by', true), '')::double precision);
  return true;
end
$$;

-- The signed-in user of this transaction; null before sign_in.
create or replace function silo.caller()
returns text
language sql stable as $$
  select nullif(current_setting('silo.caller', true), '')
$$;

create or replace function silo.caller_is_admin()
returns boolean
language sql stable as $$
  select current_setting('silo.role', true) = 'admin'
$$;

-- 1 is the least, 0 no role.
create or replace function silo.role_rank(role text)
returns integer
language sql immutable as $$
  select coalesce(array_position(silo.roles(), role), 0)
$$;

-- RFC 3339 in UTC with microseconds, as everywhere in the contract.
create or replace function silo.rfc3339(at timestamptz)
returns text
language sql stable as $$
  select to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- normal or read-only; a standby is always read-only.
create or replace function silo.server_mode()
returns text
language sql stable security definer set search_path = silo, pg_temp as $$
  select case when pg_is_in_recovery() then 'read-only' else mode end from server_state
$$;

create or replace function silo.must_be_writable()
returns void
language plpgsql stable as $$
begin
  if (select mode from silo.server_state) <> 'normal' then
    perform silo.refuse(503, 'server_read_only');
  end if;
end
$$;

-- Cursors are opaque to clients: the sort keys of the last row, as a JSON array in base64url.
create or replace function silo.cursor_write(keys json)
returns text
language sql immutable as $$
  select rtrim(translate(encode(convert_to(keys::text, 'UTF8'), 'base64'), e'+/\n', '-_'), '=')
$$;

-- The keys of a cursor as texts; null for none. A cursor without exactly `parts` keys is refused.
create or replace function silo.cursor_read(cursor text, parts integer)
returns text[]
language plpgsql immutable as $$
declare
  keys text[];
begin
  if cursor is null or cursor = '' then
    return null;
  end if;
  begin
    select array_agg(value order by ordinality)
      into keys
      from json_array_elements_text(
             convert_from(decode(rpad(translate(cursor, '-_', '+/'),
                                      (length(cursor) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::json)
           with ordinality;
  exception when others then
    keys := null;
  end;
  if keys is null or cardinality(keys) <> parts or array_position(keys, null) is not null then
    perform silo.refuse_field('cursor', 'invalid_cursor');
  end if;
  return keys;
end
$$;

-- The body of a list: at most `page_limit` of `rows` under `member` (the query asked for one more, to see
-- whether there is a next page), and a cursor made from the keys of the last row shown.
create or replace function silo.page(member text, rows json[], keys json[], page_limit integer)
returns text
language sql immutable as $$
  select json_build_object(
           member, coalesce(array_to_json(rows[1:page_limit]), '[]'),
           'next_cursor', case when cardinality(rows) > page_limit
                               then silo.cursor_write(keys[page_limit]) end)::text
$$;

-- Queues one change for the feed, in the transaction of the change (rule 9). It is in plpgsql, as is every
-- function here that reads or writes a table in a frequent call: its plan is cached, while a function in
-- language sql that can't be inlined is parsed and planned at every call.
create or replace function silo.tell(
  type text, item_id uuid, part_number text, people text[], data json)
returns void
language plpgsql as $$
begin
  insert into silo.outbox (type, item_id, part_number, people, data, at)
  values (tell.type, tell.item_id, tell.part_number, array_remove(tell.people, null),
          tell.data::text, clock_timestamp());
end
$$;
