/*
 * Projects and the next free part number.
 */
#include "config.h"
#include "api/members.h"
#include "api/routes/readers.h"

bool read_project_create(struct request *rq, const char **values)
{
	json_object *body;

	return body_object(rq, &body) &&
	       body_text_member(rq, body, "code", WORD_MOST, &values[0]) &&
	       body_text_member(rq, body, "name", WORD_MOST, &values[1]) &&
	       body_needs(rq, "code", values[0]);
}

bool read_part_number_next(struct request *rq, const char **values)
{
	json_object *body;

	return body_object(rq, &body) &&
	       body_text_member(rq, body, "category", WORD_MOST, &values[0]) &&
	       body_needs(rq, "category", values[0]);
}
