/*
 * Members that the bodies of several routes share.
 */
#include "config.h"
#include "api/members.h"
#include "base/facts.h"
#include "base/part_number.h"
#include "http/errors.h"

static bool fail(struct request *rq, struct response *answer)
{
	rq->failure = answer;
	return false;
}

bool member_lease_id(struct request *rq, json_object *object, const char **value)
{
	return body_number_member(rq, object, "lease_id", 1, LEASE_ID_MOST, value);
}

static bool fail_list(struct request *rq, const char *name)
{
	return fail(rq, error_value(rq, name,
	                            arena_print(rq->arena, "a list of 1 to %d part numbers",
	                                        LIMIT_part_numbers)));
}

bool member_part_numbers(struct request *rq, json_object *object, const char *name,
                         const char **value)
{
	json_object *member;
	size_t count;

	if (!json_object_object_get_ex(object, name, &member) || !member)
		return true;
	if (!json_object_is_type(member, json_type_array))
		return fail_list(rq, name);
	count = json_object_array_length(member);
	if (count < 1 || count > LIMIT_part_numbers)
		return fail_list(rq, name);
	for (size_t i = 0; i < count; i++) {
		json_object *one = json_object_array_get_idx(member, i);

		if (!json_object_is_type(one, json_type_string))
			return fail_list(rq, name);
		if (!part_number_is_valid(json_object_get_string(one)))
			return fail(rq, error_field(rq, "invalid_part_number", name));
	}
	body_any_member(rq, object, name, value);
	return true;
}
