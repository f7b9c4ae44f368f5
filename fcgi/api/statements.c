/*
 * The calls that belong to no single route.  Only calls: every rule is in sql/functions.
 */
#include "config.h"
#include "api/statements.h"

const struct statement sql_sign_in =
    STATEMENT_ROWS("username", sign_in, "$1, $2, $3, $4::double precision");

const struct statement sql_login_start =
    STATEMENT_ROWS("password_hash, wait_seconds", login_start, "$1, $2");
/* Nobody knows the secret that a late call makes, so these two don't check the clock again. */
const struct statement sql_login_finish =
    STATEMENT_ASKS(login_finish, "$1, $2, $3::boolean, $4, $5::integer");
const struct statement sql_logout = {"logout", "select silo.logout($1)"};

const struct statement sql_password_hash = {"password_hash",
                                            "select hash from silo.password_hash() as hash"};
const struct statement sql_upload_check =
    STATEMENT_ASKS(upload_check, "$1, $2, $3::integer, $4::boolean, $5::bigint");
const struct statement sql_ready = STATEMENT_ROWS("mode, sse_clients", ready, "");
const struct statement sql_metrics = STATEMENT_ROWS("name, labels, value", metrics, "");
