/*
 * Dispatch: the order in which every request is judged.
 *   route → foreign page → encoding → parameters → reader → sign-in and rule in one transaction
 * A caller who is not signed in, or not allowed, learns only that, even if the body is bad too.
 */
#include "config.h"
#include "api/dispatch.h"
#include "process/metrics.h"
#include "http/request.h"
#include "http/errors.h"
#include "api/router.h"
#include "api/rule.h"
#include "api/prepared.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct worker {
	const struct settings *settings;
	struct arena *arena;
	struct database *database;
	bool wakes_feed; /* the request just answered has written */
};

static void close_worker(void *state)
{
	struct worker *worker = state;

	if (!worker)
		return;
	database_free(worker->database);
	arena_free(worker->arena);
	free(worker);
}

static void *open_worker(const struct settings *settings)
{
	struct worker *worker = calloc(1, sizeof *worker);

	if (!worker)
		return NULL;
	worker->settings = settings;
	worker->arena = arena_new();
	worker->database = database_new(settings, "silo-api", statements_all());
	if (!worker->arena || !worker->database) {
		close_worker(worker);
		return NULL;
	}
	database_ready(worker->database); /* so that the first request need not wait for it */
	return worker;
}

static bool is_ready(void *state)
{
	const struct worker *worker = state;

	return database_ready(worker->database);
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * Without either header it is no modern browser, but perhaps a program with a cookie jar that signs
 * in and makes its token.  A browser too old for the headers sends no cookie across sites
 * (SameSite=Strict).  One too old even for that can't send application/json for another site's
 * page, nor use any method but GET and POST.
 */
static bool is_by_program(const struct request *rq)
{
	const char *type = request_param(rq, "CONTENT_TYPE");

	return request_says_json(rq) || (rq->method != METHOD_POST && (!type || !*type));
}

/* A browser adds cookie and REMOTE_USER by itself, even to requests of other sites' pages. */
static struct response *refuse_foreign(struct request *rq)
{
	const bool is_session = strcmp(rq->context->caller.kind, "session") == 0;
	enum origin origin;

	if (rq->context->route->role == ROLE_PUBLIC || rq->method == METHOD_GET ||
	    !(is_session || strncmp(rq->context->caller.kind, "remote", 6) == 0))
		return NULL;
	origin = request_origin(rq);
	if (origin == ORIGIN_FOREIGN)
		return error_answer(rq, "cross_site");
	if (origin == ORIGIN_UNTOLD && is_session && !is_by_program(rq))
		return error_saying(rq, "cross_site",
		                    "A write by cookie that doesn't say which page it comes from "
		                    "must be of type application/json.",
		                    NULL);
	return NULL;
}

/* Only callers who may use the route learn about a fault in the body. */
static struct response *judged(struct request *rq, struct response *rs)
{
	if (rs->status < 400 || rq->context->sign_in_tried ||
	    rq->context->route->role == ROLE_PUBLIC)
		return rs;
	return rule_sign_in(rq) ? rs : rq->failure;
}

/*
 * Bodies are stored as they come: a compressed one would be stored compressed.  RFC 9110, 15.5.16.
 */
static struct response *refuse_encoding(struct request *rq)
{
	const char *encoding = request_header(rq, "CONTENT_ENCODING");
	struct response *rs;

	if (!encoding || rq->content_length == 0 || strcasecmp(encoding, "identity") == 0)
		return NULL;
	rs = error_saying(rq, "unsupported_media_type",
	                  "The body is packed (Content-Encoding): send it as it is.", NULL);
	response_header(rq, rs, "Accept-Encoding", "identity");
	return rs;
}

/*
 * Before it reads a large body, nginx asks, so that a stranger's body is never stored
 * (silo-routes.conf).  It sends the same request without the body; only the address is different.
 */
#define QUESTION_ADDRESS "/_silo_ask"

static bool is_question(const struct request *rq)
{
	const char *address = request_param(rq, "DOCUMENT_URI");
	size_t prefix = strlen(request_prefix(rq));

	return address && strncmp(address, request_prefix(rq), prefix) == 0 &&
	       strcmp(address + prefix, QUESTION_ADDRESS) == 0;
}

/*
 * May the caller use the address at all?  Other faults are reported when the request itself comes.
 * On a public or unknown address, only signed-in users may send a large body.
 */
static struct response *answer_question(struct request *rq)
{
	struct route *asked = arena_take(rq->arena, sizeof *asked);
	bool is_known = rq->context->route && rq->context->route->role != ROLE_PUBLIC;
	struct response *refused;

	*asked = (struct route){.method = rq->method,
	                        .pattern = QUESTION_ADDRESS,
	                        .role = is_known ? rq->context->route->role : ROLE_ANY};
	rq->context->route = asked;
	rq->content_length = 0;
	refused = refuse_foreign(rq);
	if (!refused && rule_sign_in(rq))
		return response_new(rq, 204);
	if (!refused)
		refused = rq->failure;
	response_header(rq, refused, "X-Silo-Refusal", refused->code);
	return refused;
}

/* Reads the values from the request, makes the call with them, and the answer from its rows. */
static struct response *answer_route(struct request *rq, const struct route *route)
{
	const char *values[VALUES_MOST] = {NULL};
	PGresult *rows;

	if (route->handle)
		return route->handle(rq);
	if (route->read && !route->read(rq, values))
		return rq->failure;
	if (!route->finish)
		return rule_answer(rq, &route->call, values);
	rows = rule_rows(rq, &route->call, values);
	return rows ? route->finish(rq, rows) : rq->failure;
}

static struct response *answer(struct request *rq)
{
	struct response *refused;
	const char *fault = request_begin(rq);
	bool is_found = !fault && router_find(rq, routes);

	rq->context->caller = caller_read(rq, rq->context->settings);
	if (is_question(rq))
		return answer_question(rq);
	if (fault)
		return error_answer(rq, fault);
	if (!is_found)
		return rq->failure;
	refused = refuse_foreign(rq);
	if (refused)
		return refused;
	refused = refuse_encoding(rq);
	if (!refused)
		refused = router_refuse_query(rq);
	return judged(rq, refused ? refused : answer_route(rq, rq->context->route));
}

static void log_request(const struct request *rq, const struct response *rs, int64_t took_us,
                        bool is_sent)
{
	struct arena *arena = rq->arena;

	log_event(rs->status >= 500 ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "request", "request_id",
	          rq->id, "user", rq->context->user, "method",
	          rq->is_head ? "HEAD" : method_name(rq->method), "route",
	          rq->context->route ? rq->context->route->pattern : NULL, "status",
	          arena_print(arena, "%d", rs->status), "code", rs->code, "ms",
	          arena_print(arena, "%" PRId64 ".%03d", took_us / 1000, (int)(took_us % 1000)),
	          "sent", is_sent ? "yes" : "no", NULL);
}

/*
 * nginx passes on an answer once the request has ended. libfcgi sends the end record with the last
 * of the two streams, so closing both here sends it in one write with the answer.  The log line is
 * written after that.
 */
static bool send_all(FCGX_Request *fcgi)
{
	return FCGX_FClose(fcgi->err) == 0 && FCGX_FClose(fcgi->out) == 0;
}

static bool answer_and_log(void *state, FCGX_Request *fcgi)
{
	struct worker *worker = state;
	int64_t began = now_us(), took;
	struct context context = {.database = worker->database, .settings = worker->settings};
	struct request rq = {.arena = worker->arena,
	                     .context = &context,
	                     .input = fcgi->in,
	                     .parameters = fcgi->envp,
	                     .body_limit = worker->settings->json_limit_bytes};
	struct response *rs = answer(&rq);
	bool is_sent = response_write(&rq, rs, fcgi->out);

	is_sent = send_all(fcgi) && is_sent;
	took = now_us() - began;
	metrics_count_request(rs->status, took);
	log_request(&rq, rs, took, is_sent);
	worker->wakes_feed = rs->wakes_feed;
	/* After a broken or silent body nothing more will come. */
	return rq.content_length <= 0 || rq.body_read >= rq.content_length ||
	       FCGX_GetError(fcgi->in) != 0;
}

/* Sends the wake-up and frees the memory. */
static void tidy(void *state)
{
	struct worker *worker = state;

	if (worker->wakes_feed)
		database_wake_feed(worker->database);
	worker->wakes_feed = false;
	arena_empty(worker->arena);
}

const struct service dispatch_service = {
    .open = open_worker,
    .answer = answer_and_log,
    .after = tidy,
    .is_ready = is_ready,
    .close = close_worker,
};
