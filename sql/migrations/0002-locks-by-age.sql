-- Locks by age, for the list of the newest. No index of this table may have the id, or the item, behind
-- another column: while few locks are held Postgres takes every index of the table for equally short,
-- may keep a plan that looks for one lock in all of such an index, and reads its dead rows each time.
set local role silo_owner;

drop index silo.locks_by_age;
create index locks_by_age on silo.locks (locked_at);
