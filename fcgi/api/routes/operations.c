/*
 * Monitoring: health, readiness, metrics.
 */
#include "config.h"
#include "process/metrics.h"
#include "api/routes/readers.h"
#include "api/rule.h"
#include "vault/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Alive, whatever else hangs: it doesn't ask the database, so it knows no mode. nginx asks
 * silo-events first, which knows the mode and never waits; this answers if silo-events is down.
 */
struct response *health(struct request *rq)
{
	return response_json(rq, 200, "{\"status\":\"ok\",\"mode\":\"unknown\"}");
}

static bool vault_is_fine(const struct request *rq)
{
	struct vault *vault = vault_open(rq->context->settings->vault);
	bool fine = vault && vault_probe(vault) == VAULT_OK;

	if (vault)
		vault_close(vault);
	return fine;
}

struct response *ready(struct request *rq)
{
	PGresult *found = rule_call(rq, &sql_ready, NO_VALUES);
	const char *mode = found ? rule_value(found, "mode") : NULL;
	const char *clients = found ? rule_value(found, "sse_clients") : NULL;
	bool vault = vault_is_fine(rq), is_ready = mode && vault;
	struct response *rs;

	rs = response_json(
	    rq, is_ready ? 200 : 503,
	    arena_print(rq->arena,
	                "{%s\"status\":\"%s\",\"database\":\"%s\",\"vault\":\"%s\",\"mode\":\"%s\","
	                "\"sse_clients\":%s}",
	                is_ready ? "" : "\"error\":\"unavailable\",\"message\":\"Not ready.\",",
	                is_ready ? "ready" : "unavailable", mode ? "ok" : "away",
	                vault ? "ok" : "failing", mode ? mode : "unknown",
	                clients ? clients : "0"));
	if (!is_ready)
		response_header(rq, rs, "Retry-After", "2");
	return rs;
}

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), tail = strlen(end);

	return length > tail && strcmp(name + length - tail, end) == 0;
}

/* The length of the family's name in a sample's name: a histogram has three kinds of samples. */
static size_t family_length(const char *name, const char **type)
{
	static const char *const parts[] = {"_bucket", "_sum", "_count", NULL};

	for (int i = 0; parts[i]; i++) {
		if (!ends_with(name, parts[i]))
			continue;
		*type = "histogram";
		return strlen(name) - strlen(parts[i]);
	}
	*type = ends_with(name, "_total") ? "counter" : "gauge";
	return strlen(name);
}

/* The rows come in order, each family together. */
static void put_samples(FILE *text, const PGresult *rows)
{
	const char *last = "", *type;
	size_t last_length = 0;

	for (int row = 0; row < PQntuples(rows); row++) {
		const char *name = PQgetvalue(rows, row, 0), *labels = PQgetvalue(rows, row, 1);
		size_t length = family_length(name, &type);

		if (length != last_length || strncmp(name, last, length) != 0)
			fprintf(text, "# TYPE %.*s %s\n", (int)length, name, type);
		last = name;
		last_length = length;
		fprintf(text, *labels ? "%s{%s} %s\n" : "%s%s %s\n", name, labels,
		        PQgetvalue(rows, row, 2));
	}
}

/* The metrics of this node's workers are available even while the database is away. */
struct response *metrics(struct request *rq)
{
	PGresult *rows = rule_rows(rq, &sql_metrics, NO_VALUES);
	struct response *rs = response_new(rq, 200);
	char *bytes = NULL;
	size_t length = 0;
	FILE *text = open_memstream(&bytes, &length);

	if (!text)
		return error_answer(rq, "unavailable");
	fprintf(text, "# TYPE silo_database_up gauge\nsilo_database_up %d\n", rows ? 1 : 0);
	metrics_print(text);
	if (rows)
		put_samples(text, rows);
	fclose(text);
	rs->content_type = "text/plain; version=0.0.4; charset=utf-8";
	rs->body = arena_copy(rq->arena, bytes, length);
	rs->length = length;
	free(bytes);
	return rs;
}
