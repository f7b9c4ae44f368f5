-- For pgbench: any item or its lock is looked up.
\set u random(1, :users)
\set i random(1, :last)
\set which random(1, 2)
\startpipeline
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'viewer');
\if :which = 1
select status, body, etag, location from silo.lock_show('B-' || :i);
\else
select status, body, etag, location from silo.item_show('B-' || :i);
\endif
\endpipeline
