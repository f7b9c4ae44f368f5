/*
 * What an error of Postgres means for its call; defects are logged here.
 */
#ifndef SILO_DATABASE_SQLSTATE_H
#define SILO_DATABASE_SQLSTATE_H

#include <stdbool.h>
#include "database/answer.h"

/*
 * Fills in the outcome of answer->result, an error.  True if the connection should not be used
 * again: the server is going down, is a standby, its clock has been set, or a migration has
 * replaced what the statements were prepared for.
 */
bool sqlstate_judge(struct database_answer *answer, const struct statement *statement);

#endif
