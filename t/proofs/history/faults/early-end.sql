-- Rule 3 broken: now and then a lease ends before its time.
create or replace function silo.leases_end()
returns double precision language plpgsql security definer set search_path = silo, pg_temp as $$
declare
  ended record;
begin
  for ended in select l as held, i.part_number from locks l join items i on i.id = l.item_id
                where l.expires_at <= clock_timestamp() or random() < 0.5
                  for no key update of i skip locked loop
    perform silo.end_lock(ended.held, ended.part_number, 'expired');
  end loop;
  return 0.1;
end
$$;
