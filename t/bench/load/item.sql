-- For pgbench: one item.
\set u random(1, :users)
\set i :first + random(0, (:last - :first + 1) / :clients - 1) * :clients + :client_id
\startpipeline
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'viewer');
select status, body, etag, location from silo.item_show('B-' || :i);
\endpipeline
