-- For pgbench: a lock and its release as a worker sends them, each with the sign-in, in one round
-- trip, and with the wake-up for the hub that a worker sends after its answer.
\set u random(1, :users)
\set i :first + random(0, (:last - :first + 1) / :clients - 1) * :clients + :client_id
\startpipeline
begin;
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'editor');
select status, body, etag, location, silo.in_time() from silo.lock_acquire('B-' || :i, null, null, null, 86400, 2592000);
commit;
select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '');
\endpipeline
\startpipeline
begin;
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'editor');
select status, body, etag, location, silo.in_time() from silo.lock_release('B-' || :i, null);
commit;
select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '');
\endpipeline
