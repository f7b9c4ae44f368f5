/*
 * All statements that a connection prepares.
 */
#ifndef SILO_API_PREPARED_H
#define SILO_API_PREPARED_H

#include "api/statements.h"

/* The statements of the routes and the others, each once, for database_new; ends with NULL. */
const struct statement *const *statements_all(void);

#endif
