-- The locks that are held while t/bench measures: of the first :held items, by 1,000 users.
truncate silo.locks;
insert into silo.locks (item_id, locked_by, locked_at, expires_at, comment)
select i.id, 'u' || 1 + n % 1000, now(), now() + interval '1 day', 'held'
  from generate_series(1, :held) n
  join silo.items i on i.part_number_key = 'b-' || n;
