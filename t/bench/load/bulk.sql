-- For pgbench: :size neighbouring items are locked and released, all or nothing.
\set u random(1, :users)
\set i :first + random(0, (:last - :first + 1) / :size / :clients - 1) * :size * :clients + :client_id * :size
\startpipeline
begin;
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'editor');
select status, body, etag, location, silo.in_time() from silo.locks_acquire((select json_agg('B-' || n) from generate_series((:i)::integer, (:i)::integer + (:size)::integer - 1) n), null, null, null, 86400, 2592000);
commit;
select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '');
\endpipeline
\startpipeline
begin;
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'editor');
select status, body, etag, location, silo.in_time() from silo.locks_release((select json_agg('B-' || n) from generate_series((:i)::integer, (:i)::integer + (:size)::integer - 1) n), false, null);
commit;
select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '');
\endpipeline
