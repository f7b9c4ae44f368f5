/*
 * Clients of other servers ask this before they show a form: which parts does this server have?
 */
#include "config.h"
#include "api/routes/readers.h"
#include "http/response.h"

#include <json-c/json.h>
#include <string.h>

static const struct {
	const char *id, *name;
	bool is_needed, is_on;
} modules[] = {
    {"core", "Items, revisions and locks", true, true},
    {"schemas", "Part numbers", true, true},
    {"storage", "Files", true, true},
    {"auth", "Sign-in", false, true},
    {"projects", "Projects", false, true},
    {"freecad", "FreeCAD", false, true},
    {"audit", "Audit trail", false, false},
    {"odoo", "Odoo", false, false},
    {"jobs", "Job queue", false, false},
    {"dag", "Dependency graph", false, false},
    {"solver", "Solver", false, false},
    {"sessions", "Edit sessions", false, false},
};

/* Public: clients ask before they sign in.  */
struct response *modules_show(struct request *rq)
{
	json_object *body = json_object_new_object(), *list = json_object_new_object();
	json_object *server = json_object_new_object();
	const char *text;

	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
		json_object *one = json_object_new_object();

		json_object_object_add(one, "name", json_object_new_string(modules[i].name));
		json_object_object_add(one, "required",
		                       json_object_new_boolean(modules[i].is_needed));
		json_object_object_add(one, "enabled", json_object_new_boolean(modules[i].is_on));
		json_object_object_add(list, modules[i].id, one);
	}
	json_object_object_add(server, "version", json_object_new_string(PACKAGE_VERSION));
	json_object_object_add(body, "modules", list);
	json_object_object_add(body, "server", server);
	text = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN);
	text = arena_copy(rq->arena, text, strlen(text));
	json_object_put(body);
	return response_json(rq, 200, text);
}
