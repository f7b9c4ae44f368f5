/*
 * SQLSTATEs: the outcome for each error of Postgres.  Appendix A of its manual lists them.
 */
#include "config.h"
#include "database/sqlstate.h"
#include "base/log.h"

#include <string.h>

static bool is_one_of(const char *state, const char *const *states)
{
	for (; *states; states++)
		if (strncmp(state, *states, strlen(*states)) == 0)
			return true;
	return false;
}

static void tell(enum log_level level, const char *event, const struct statement *statement,
                 const PGresult *result)
{
	log_event(level, event, "sqlstate", PQresultErrorField(result, PG_DIAG_SQLSTATE),
	          "statement", statement->name, "message",
	          PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), "context",
	          PQresultErrorField(result, PG_DIAG_CONTEXT), NULL);
}

bool sqlstate_judge(struct database_answer *answer, const struct statement *statement)
{
	static const char *const gone[] = {"57P", "08", "25006", NULL};
	static const char *const busy[] = {"55P03", "57014", "40001", "40P01", "53", "58", NULL};
	/* A function, table or column has changed since the statement was prepared. */
	static const char *const replaced[] = {"0A000", "26000", "42883", "42P01", "42703", NULL};
	static const char *const unfit[] = {"22", "23514", "54", NULL};
	const char *state = PQresultErrorField(answer->result, PG_DIAG_SQLSTATE);

	if (!state)
		state = "08000";
	if (strcmp(state, "SLATE") == 0) {
		/*
		 * By our own clock the call was in time: the server's clock has been set and must
		 * be read again.
		 */
		tell(LOG_LEVEL_WARNING, "database_late", statement, answer->result);
		answer->outcome = DATABASE_LATE;
		return true;
	}
	if (strncmp(state, "SL", 2) == 0) {
		answer->outcome = DATABASE_REFUSED;
		answer->code = PQresultErrorField(answer->result, PG_DIAG_MESSAGE_PRIMARY);
		answer->details = PQresultErrorField(answer->result, PG_DIAG_MESSAGE_DETAIL);
		answer->sentence = PQresultErrorField(answer->result, PG_DIAG_MESSAGE_HINT);
	} else if (is_one_of(state, gone)) {
		answer->outcome = DATABASE_AWAY;
		return true;
	} else if (is_one_of(state, busy)) {
		answer->outcome = DATABASE_BUSY;
		log_event(LOG_LEVEL_WARNING, "database_busy", "sqlstate", state, "statement",
		          statement->name, NULL);
	} else if (is_one_of(state, replaced)) {
		tell(LOG_LEVEL_WARNING, "schema_differs", statement, answer->result);
		answer->outcome = DATABASE_REPLACED;
		return true;
	} else if (is_one_of(state, unfit)) {
		/*
		 * SQL itself rejects a value.  It is the client's fault, but a check here should
		 * have caught it.
		 */
		tell(LOG_LEVEL_ERROR, "database_fault", statement, answer->result);
		answer->outcome = DATABASE_REFUSED;
		answer->code = "invalid_value";
	} else {
		tell(LOG_LEVEL_ERROR, "database_fault", statement, answer->result);
		answer->outcome = DATABASE_FAULT;
	}
	return false;
}
