-- For pgbench: a write to an item that another holds: item N is held by user 1 + N % 1000.
\set i random(:first, :last)
\set u 1 + mod(:i + 1, :users)
\startpipeline
begin;
select username from silo.sign_in('token', lpad((:u)::text, 64, '0'), 'editor');
select bench.refused('B-' || :i);
rollback;
\endpipeline
