-- With the shortest lease as a parameter they are other functions. Workers of the version before call
-- them without it.
set local role silo_owner;

drop function if exists silo.lease_length(integer, integer, integer);
drop function if exists silo.lock_acquire(text, text, integer, text, integer, integer, bigint);
drop function if exists silo.locks_acquire(json, text, integer, text, integer, integer, json);
