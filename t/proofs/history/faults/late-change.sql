-- What was given up happens later, when its session goes on.
create or replace function silo.refuse_late(answer_by double precision)
returns void language plpgsql as $$ begin end $$;
