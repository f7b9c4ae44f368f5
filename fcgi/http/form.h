/*
 * application/x-www-form-urlencoded bodies: what the page's sign-in form sends.
 */
#ifndef SILO_HTTP_FORM_H
#define SILO_HTTP_FORM_H

#include "http/request.h"

enum { FORM_FIELDS = 16 };

struct form {
	struct pair fields[FORM_FIELDS];
	size_t count;
};

/* True if the body is declared as a form. */
bool form_is_sent(const struct request *rq);

/* Reads and decodes; false: rq->failure (400, 413). */
bool form_read(struct request *rq, struct form *form);

/* The first field of that name or NULL. */
const char *form_value(const struct form *form, const char *name);

#endif
