/*
 * Forms: small, bounded, each field decoded once.
 */
#include "config.h"
#include "http/form.h"
#include "http/body.h"
#include "http/errors.h"

#include <string.h>

enum { FORM_BYTES = 16 * 1024 };

bool form_is_sent(const struct request *rq)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const char *type = request_param(rq, "CONTENT_TYPE");

	return type && strcspn(type, "; \t") == sizeof form - 1 &&
	       strncasecmp(type, form, sizeof form - 1) == 0;
}

bool form_read(struct request *rq, struct form *form)
{
	const char *text;
	size_t length;

	form->count = 0;
	if (!body_text(rq, FORM_BYTES, &text, &length))
		return false;
	if (decode_pairs(rq->arena, text, length, form->fields, FORM_FIELDS, &form->count))
		return true;
	rq->failure = error_answer(rq, "invalid_form");
	return false;
}

const char *form_value(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	return NULL;
}
