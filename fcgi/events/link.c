/*
 * Asynchronous libpq: PQconnectStart, PQsendQueryParams, PQconsumeInput (libpq manual, 34.4).
 */
#include "config.h"
#include "events/link.h"
#include "base/log.h"
#include "database/pooler.h"
#include "events/dial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { BACKOFF_LEAST_MS = 100, BACKOFF_MOST_MS = 2000, CONNECT_MS = 5000, ANSWER_MS = 20000 };

struct query {
	struct query *next;
	char *statement;
	char *values[LINK_VALUES];
	int count;
	link_answer *answer;
	void *whom;
};

enum phase { AWAY, CONNECTING, CHECKING, UP };

struct link {
	struct watch watch; /* must be first: the loop finds the link by its address */
	struct hub *hub;
	const char *name;
	const struct link_handlers *handlers;
	PGconn *connection;
	enum phase phase;
	struct query *head, *tail; /* head is under way when `asked` */
	size_t waiting;
	bool asked;
	PGresult *result; /* of the query under way, until its end arrives */
	int64_t backoff_ms, retry_at_ms, deadline_ms;
	unsigned first_host; /* how far the list of hosts is rotated */
};

static void on_ready(struct watch *watch, uint32_t events);

struct link *link_new(struct hub *hub, const char *name, const struct link_handlers *handlers)
{
	struct link *link = calloc(1, sizeof *link);

	if (!link)
		return NULL;
	link->watch = (struct watch){on_ready, -1};
	link->hub = hub;
	link->name = name;
	link->handlers = handlers;
	link->backoff_ms = BACKOFF_LEAST_MS;
	return link;
}

static void query_free(struct query *query)
{
	for (int i = 0; i < query->count; i++)
		free(query->values[i]);
	free(query->statement);
	free(query);
}

/* Takes the first query from the queue and answers it. */
static void answer_first(struct link *link, PGresult *result)
{
	struct query *query = link->head;

	link->head = query->next;
	if (!link->head)
		link->tail = NULL;
	link->waiting--;
	link->asked = false;
	query->answer(link->hub, query->whom, result);
	query_free(query);
}

static void lose(struct link *link, const char *reason)
{
	struct query *waiting = link->head;
	bool was_up = link->phase == UP;

	log_event(LOG_LEVEL_WARNING, "database_lost", "link", link->name, "reason", reason, NULL);
	hub_unwatch(link->hub, &link->watch);
	PQclear(link->result);
	link->result = NULL;
	PQfinish(link->connection);
	link->connection = NULL;
	link->phase = AWAY;
	link->retry_at_ms = link->hub->now_ms + link->backoff_ms + hub_jitter(50);
	link->backoff_ms =
	    link->backoff_ms * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : link->backoff_ms * 2;
	/* Only those in the queue now: an answer may ask again, on the next connection. */
	for (size_t left = waiting ? link->waiting : 0; left > 0 && link->head; left--)
		answer_first(link, NULL);
	if (was_up && link->handlers->down)
		link->handlers->down(link->hub);
}

void link_free(struct link *link)
{
	if (!link)
		return;
	while (link->head) {
		struct query *query = link->head;

		link->head = query->next;
		query_free(query);
	}
	hub_unwatch(link->hub, &link->watch);
	PQclear(link->result);
	PQfinish(link->connection);
	free(link);
}

bool link_is_up(const struct link *link)
{
	return link->phase == UP;
}

static void ignore_notice(void *unused, const PGresult *result)
{
	(void)unused;
	(void)result;
}

static void start(struct link *link)
{
	link->connection = dial(link->hub->settings->events_database, link->first_host);
	link->first_host++;
	if (!link->connection || PQstatus(link->connection) == CONNECTION_BAD) {
		lose(link, link->connection ? PQerrorMessage(link->connection) : "out of memory");
		return;
	}
	PQsetNoticeReceiver(link->connection, ignore_notice, NULL);
	link->phase = CONNECTING;
	link->deadline_ms = link->hub->now_ms + CONNECT_MS;
	link->watch.fd = PQsocket(link->connection);
	if (!hub_watch(link->hub, &link->watch, EPOLLOUT))
		lose(link, "cannot be watched");
}

/*
 * Sends the first query in the queue if none is under way.  If the connection refuses it, the next
 * tick declares the connection lost, not this function: the caller has no ticket yet, and an answer
 * now would free the ticket it is about to get.
 */
static void send_next(struct link *link)
{
	struct query *query = link->head;
	int unsent = -1;

	if (link->phase != UP || link->asked || !query)
		return;
	link->asked = true;
	link->deadline_ms = link->hub->now_ms + ANSWER_MS;
	if (PQsendQueryParams(link->connection, query->statement, query->count, NULL,
	                      (const char *const *)query->values, NULL, NULL, 0))
		unsent = PQflush(link->connection);
	if (unsent < 0)
		link->deadline_ms = link->hub->now_ms;
	else
		hub_rewatch(link->hub, &link->watch, unsent ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void proceed_connecting(struct link *link)
{
	PostgresPollingStatusType status = PQconnectPoll(link->connection);

	if (status == PGRES_POLLING_FAILED) {
		lose(link, PQerrorMessage(link->connection));
		return;
	}
	/*
	 * libpq may have moved to another host, with another descriptor, often of the same number,
	 * which epoll forgot when it was closed.  So the descriptor is added again each time.
	 */
	hub_unwatch(link->hub, &link->watch);
	link->watch.fd = PQsocket(link->connection);
	if (!hub_watch(link->hub, &link->watch,
	               status == PGRES_POLLING_READING ? EPOLLIN : EPOLLOUT)) {
		lose(link, "cannot be watched");
		return;
	}
	if (status != PGRES_POLLING_OK)
		return;
	PQsetnonblocking(link->connection, 1);
	if (PQsendQuery(link->connection, POOLER_QUESTION)) {
		link->phase = CHECKING;
		hub_rewatch(link->hub, &link->watch, EPOLLIN);
	} else {
		lose(link, PQerrorMessage(link->connection));
	}
}

static void go_up(struct link *link)
{
	link->phase = UP;
	link->backoff_ms = BACKOFF_LEAST_MS;
	link->first_host = 0;
	hub_rewatch(link->hub, &link->watch, EPOLLIN);
	log_event(LOG_LEVEL_INFO, "database_up", "link", link->name, NULL);
	if (link->handlers->up)
		link->handlers->up(link->hub);
	send_next(link);
}

/* Behind a pooler two hubs could lead, so each connection is checked for one. */
static void proceed_checking(struct link *link)
{
	if (!PQconsumeInput(link->connection)) {
		lose(link, PQerrorMessage(link->connection));
		return;
	}
	while (!PQisBusy(link->connection)) {
		PGresult *result = PQgetResult(link->connection);
		bool pooled = pooler_answered(link->connection, result);

		if (!result) {
			go_up(link);
			return;
		}
		PQclear(result);
		if (pooled) {
			lose(link, pooler_advice);
			return;
		}
	}
}

static void note_failure(struct link *link, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	/* SLnnn is an answer (a sign-in refused), not a fault. */
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
	    (state && strncmp(state, "SL", 2) == 0))
		return;
	log_event(LOG_LEVEL_ERROR, "database_fault", "link", link->name, "statement",
	          link->head->statement, "sqlstate", state, "message",
	          PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), NULL);
}

/*
 * A query ends only with the NULL after its result (libpq manual, PQgetResult).  That may come with
 * later bytes, and nothing new may be sent before it.
 */
static void take_results(struct link *link)
{
	while (link->phase == UP && link->asked && !PQisBusy(link->connection)) {
		PGresult *result = PQgetResult(link->connection);

		if (result && !link->result) {
			link->result = result;
			continue;
		}
		if (result) {
			PQclear(result);
			continue;
		}
		result = link->result;
		link->result = NULL;
		if (!result) {
			lose(link, "no result");
			return;
		}
		note_failure(link, result);
		answer_first(link, result);
		PQclear(result);
		send_next(link);
	}
}

static void on_ready(struct watch *watch, uint32_t events)
{
	struct link *link = (struct link *)watch;
	PGnotify *notice;

	if (link->phase == CONNECTING) {
		proceed_connecting(link);
		return;
	}
	if (link->phase == CHECKING) {
		proceed_checking(link);
		return;
	}
	if (events & EPOLLOUT) {
		int unsent = PQflush(link->connection);

		if (unsent < 0) {
			lose(link, PQerrorMessage(link->connection));
			return;
		}
		hub_rewatch(link->hub, &link->watch, unsent ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
	if (!PQconsumeInput(link->connection)) {
		lose(link, PQerrorMessage(link->connection));
		return;
	}
	take_results(link);
	while (link->phase == UP && (notice = PQnotifies(link->connection))) {
		if (link->handlers->notified)
			link->handlers->notified(link->hub, notice->relname);
		PQfreemem(notice);
	}
}

void *link_ask(struct link *link, const char *statement, int count, const char *const *values,
               link_answer *answer, void *whom)
{
	struct query *query = calloc(1, sizeof *query);

	if (!query)
		return NULL;
	query->statement = strdup(statement);
	for (query->count = 0; query->count < count && query->count < LINK_VALUES; query->count++)
		if (values[query->count])
			query->values[query->count] = strdup(values[query->count]);
	query->answer = answer;
	query->whom = whom;
	if (!query->statement) {
		query_free(query);
		return NULL;
	}
	if (link->tail)
		link->tail->next = query;
	else
		link->head = query;
	link->tail = query;
	link->waiting++;
	send_next(link);
	return query;
}

void link_forget(void *ticket)
{
	if (ticket)
		((struct query *)ticket)->whom = NULL;
}

int64_t link_tick(struct link *link)
{
	int64_t now = link->hub->now_ms;

	if (link->phase == AWAY && now >= link->retry_at_ms)
		start(link);
	if (link->phase == AWAY)
		return link->retry_at_ms - now;
	if ((link->phase != UP || link->asked) && now >= link->deadline_ms)
		lose(link, "no answer in time");
	return link->phase == UP && !link->asked ? -1 : 100;
}
