/*
 * Requests for the unit tests: made of FastCGI parameters as nginx would send them, and a body.
 */
#ifndef SILO_T_UNIT_REQUEST_H
#define SILO_T_UNIT_REQUEST_H

#include <stdio.h>
#include <string.h>
#include "api/context.h"
#include "http/errors.h"

static struct settings request_settings = {.json_limit_bytes = 2000, .remote_user_role = "viewer"};
static struct arena *request_arena;

/* `parameters` ends with NULL and must outlive the request. */
static inline struct request *request_of(char **parameters)
{
	struct request *rq;

	if (!request_arena)
		request_arena = arena_new();
	rq = arena_take(request_arena, sizeof *rq);
	rq->arena = request_arena;
	rq->context = arena_take(request_arena, sizeof *rq->context);
	rq->context->settings = &request_settings;
	rq->parameters = parameters;
	rq->body_limit = request_settings.json_limit_bytes;
	return rq;
}

/* Begins it; false with the refusal. */
static inline bool begin(struct request *rq)
{
	const char *fault = request_begin(rq);

	rq->failure = fault ? error_answer(rq, fault) : NULL;
	return fault == NULL;
}

/* The machine code of the refusal, or "fine". */
static inline const char *refusal(const struct request *rq)
{
	return rq->failure ? rq->failure->code : "fine";
}

#endif
