/*
 * Forms: small, bounded, each field decoded once.
 */
#include "config.h"
#include "http/form.h"
#include "http/body.h"
#include "http/response.h"

#include <string.h>

enum { FORM_BYTES = 16 * 1024 };

bool form_is_sent(const struct request *rq)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const char *type = request_param(rq, "CONTENT_TYPE");

	return type && strcspn(type, "; \t") == sizeof form - 1 &&
	       strncasecmp(type, form, sizeof form - 1) == 0;
}

static bool add(struct request *rq, struct form *form, const char *part, size_t length)
{
	const char *equals = memchr(part, '=', length);
	size_t name_length = equals ? (size_t)(equals - part) : length;
	struct pair *pair;

	if (length == 0)
		return true;
	if (form->count == FORM_FIELDS)
		return false;
	pair = &form->fields[form->count++];
	pair->name = decode_percent(rq->arena, part, name_length, true);
	pair->value =
	    equals ? decode_percent(rq->arena, equals + 1, length - name_length - 1, true) : "";
	return pair->name && pair->value;
}

bool form_read(struct request *rq, struct form *form)
{
	const char *text;
	size_t length;

	form->count = 0;
	if (!body_text(rq, FORM_BYTES, &text, &length))
		return false;
	for (size_t at = 0; at < length; at++) {
		size_t span = strcspn(text + at, "&");

		if (!add(rq, form, text + at, span)) {
			rq->failure = error_answer(rq, "invalid_form");
			return false;
		}
		at += span;
	}
	return true;
}

const char *form_value(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	return NULL;
}
