-- For pgbench: everybody renews the lock of one item, signed in as one user.
\startpipeline
begin;
select username from silo.sign_in('token', lpad((:users)::text, 64, '0'), 'editor');
select status, body, etag, location, silo.in_time() from silo.lock_acquire('B-' || :first, null, null, null, 86400, 2592000);
commit;
select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '');
\endpipeline
