/*
 * JSON as it comes from a server or a file: parsed with care, its members read by type.
 */
#include "config.h"

#include "core/members.h"

#include "base/json_text.h"

json_object *members_parse(const char *text, size_t length)
{
	struct json_fault fault;
	json_object *value;

	if (length > (size_t)64 << 20 || !json_read(text, length, &value, &fault))
		return NULL;
	if (!json_object_is_type(value, json_type_object)) {
		json_object_put(value);
		return NULL;
	}
	return value;
}

const char *member_text(json_object *object, const char *name)
{
	json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

int64_t member_number(json_object *object, const char *name, int64_t otherwise)
{
	json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_int))
		return otherwise;
	return json_object_get_int64(value);
}

/* A member of one type. */
static json_object *member(json_object *object, const char *name, enum json_type type)
{
	json_object *value;

	if (!json_object_object_get_ex(object, name, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

json_object *member_object(json_object *object, const char *name)
{
	return member(object, name, json_type_object);
}

json_object *member_array(json_object *object, const char *name)
{
	return member(object, name, json_type_array);
}

json_object *members_array(char **words, int count)
{
	json_object *names = json_object_new_array();

	for (int i = 0; i < count; i++)
		json_object_array_add(names, json_object_new_string(words[i]));
	return names;
}
