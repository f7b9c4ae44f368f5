-- For pgbench: one page of 50 items; - means: not asked for.
\set u random(1, :users)
\startpipeline
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'viewer');
select status, body, etag, location from silo.item_list(nullif(:q, '-'), nullif(:type, '-'), null, nullif(:lock, '-'), nullif(:sort, '-'), null, 50, nullif(:cursor, '-'));
\endpipeline
