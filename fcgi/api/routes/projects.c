/*
 * Projects and the next free part number.
 */
#include "config.h"
#include "http/body.h"
#include "api/routes/handlers.h"
#include "api/rule.h"

struct response *projects_list(struct request *rq)
{
	return rule_answer(rq, SQL_PROJECT_LIST, NO_VALUES);
}

struct response *project_create(struct request *rq)
{
	const char *code = NULL, *name = NULL;
	json_object *body;

	if (!body_object(rq, &body) || !body_text_member(rq, body, "code", WORD_MOST, &code) ||
	    !body_text_member(rq, body, "name", WORD_MOST, &name) || !body_needs(rq, "code", code))
		return rq->failure;
	return rule_answer(rq, SQL_PROJECT_CREATE, VALUES(code, name));
}

struct response *part_number_next(struct request *rq)
{
	const char *category = NULL;
	json_object *body;

	if (!body_object(rq, &body) ||
	    !body_text_member(rq, body, "category", WORD_MOST, &category) ||
	    !body_needs(rq, "category", category))
		return rq->failure;
	return rule_answer(rq, SQL_PART_NUMBER_NEXT, VALUES(category));
}
