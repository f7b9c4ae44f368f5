-- Fills the database of t/bench: 1,000 users with a token each, and items B-1 … B-:items.  One item in
-- 5,000 is of titanium, but at least 40.
-- The token of user N is silo_uN.  A second one, whose stored hash is N padded with zeros to 64
-- digits, lets pgbench sign in without hashing.
insert into silo.users (username, role)
select 'u' || n, 'editor'
  from generate_series(1, 1000) n;
insert into silo.api_tokens (username, name, token_hash, prefix)
select 'u' || n, 'http', encode(sha256(convert_to('silo_u' || n, 'UTF8')), 'hex'), 'silo_u'
  from generate_series(1, 1000) n
 union all
select 'u' || n, 'pgbench', lpad(n::text, 64, '0'), 'silo_p'
  from generate_series(1, 1000) n;
insert into silo.items (part_number, item_type, description, project, created_by, updated_by)
select 'B-' || n,
       (array['part', 'assembly', 'drawing', 'document', 'consumable', 'tool'])[1 + n % 6],
       'Bracket ' || md5(n::text) || case when n % least(5000, :items / 40) = 0 then ' titanium' else '' end,
       'P' || n % 50, 'u1', 'u1'
  from generate_series(1, :items) n;

-- pgbench gives up a connection at an error, so what it is refused is caught for it.
create schema bench;
grant usage on schema bench to public;
create function bench.refused(pn text)
returns text
language plpgsql as $$
begin
  perform silo.item_update(pn, null, '{"description":"mine"}');
  raise exception '% was not refused', pn;
exception when sqlstate 'SL409' then
  return sqlerrm;
end
$$;
