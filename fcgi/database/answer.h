/*
 * A statement, and how a call of it ended.
 */
#ifndef SILO_DATABASE_ANSWER_H
#define SILO_DATABASE_ANSWER_H

#include <libpq-fe.h>

struct statement {
	const char *name; /* of the prepared statement; also what the log shows */
	const char *text; /* select … from silo.function($1, …); each parameter appears once */
};

/* How a call ended. */
enum database_outcome {
	DATABASE_DONE,     /* result holds the rows */
	DATABASE_REFUSED,  /* a rule of SQL said no (SQLSTATE SLnnn): see code and details */
	DATABASE_AWAY,     /* no connection: nothing was changed */
	DATABASE_LOST,     /* lost during the call: the outcome of a write is unknown */
	DATABASE_REPLACED, /* the schema is not the one this program knows: nothing was changed */
	DATABASE_LATE,     /* the call's time was over by the server's clock: nothing was changed */
	DATABASE_BUSY,     /* lock or statement timeout: nothing was changed */
	DATABASE_FAULT     /* any other SQLSTATE: a defect, logged here */
};

struct database_answer {
	enum database_outcome outcome;
	PGresult *first;      /* of the first statement, NULL if that failed; tied */
	PGresult *result;     /* of the last statement, or the error; tied to the arena */
	const char *code;     /* REFUSED: machine code, e.g. "locked" */
	const char *details;  /* REFUSED: a JSON object in text to merge into the body, or NULL */
	const char *sentence; /* REFUSED: instead of the code's own, or NULL */
};

#endif
