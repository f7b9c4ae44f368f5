-- For pgbench: of a hundred operations, 80 are look-ups, 15 a lock and then its release, 5 a revision.  A
-- transaction is one request, so that rate and times compare with HTTP's: after a lock, the next
-- transaction of this client is its release.  Starts with -D locked=0.
\if :locked
\set draw 0
\else
\set draw random(1, 100)
\set u random(1, :users)
\endif
\set locked 0
\startpipeline
\if :draw = 0
begin;
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'viewer');
select status, body, etag, location, silo.in_time() from silo.lock_release('B-' || :i, null);
commit;
select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '');
\elif :draw <= 40
\set i random(1, :last)
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'viewer');
select status, body, etag, location from silo.lock_show('B-' || :i);
\elif :draw <= 80
\set i random(1, :last)
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'viewer');
select status, body, etag, location from silo.item_show('B-' || :i);
\elif :draw <= 95
\set i :first + random(0, (:last - :first + 1) / :clients - 1) * :clients + :client_id
\set locked 1
begin;
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'editor');
select status, body, etag, location, silo.in_time() from silo.lock_acquire('B-' || :i, null, null, null, 86400, 2592000);
commit;
select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '');
\else
\set i :first + random(0, (:last - :first + 1) / :clients - 1) * :clients + :client_id
begin;
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'editor');
select status, body, etag, location, silo.in_time() from silo.revision_create('B-' || :i, null, null, 'bench', null, false);
commit;
select set_config('synchronous_commit', 'off', true), pg_notify('silo_outbox', '');
\endif
\endpipeline
