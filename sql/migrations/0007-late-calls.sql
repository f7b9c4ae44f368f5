-- With the end of its caller's patience as a fourth parameter it is another function. Workers of the
-- version before call it without one.
set local role silo_owner;

drop function if exists silo.sign_in(text, text, text);
