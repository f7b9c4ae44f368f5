-- The feed is trimmed by number from its front; nothing looks for its rows by time any more.
set local role silo_owner;

drop index silo.feed_by_time;
-- With one argument it was another function once.
drop function if exists silo.trim(integer);
