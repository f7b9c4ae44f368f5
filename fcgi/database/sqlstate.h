/*
 * What an error of Postgres means for the call that met it; a defect is logged here.
 */
#ifndef SILO_DATABASE_SQLSTATE_H
#define SILO_DATABASE_SQLSTATE_H

#include <stdbool.h>
#include "database/answer.h"

/*
 * Fills in the outcome of answer->result, an error.  True when the connection should not be used
 * again: the server is going down, is a standby, its clock has been set, or a migration has
 * replaced what the statements were prepared for.
 */
bool sqlstate_judge(struct database_answer *answer, const struct statement *statement);

#endif
