/*
 * The command's context: failures noted in one place, options looked up by name.
 * Knows no command and no HTTP.
 */
#include "config.h"

#include "core/silo.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/command.h"

/* printf into the arena from a va_list. */
static char *print_arguments(struct arena *arena, const char *format, va_list arguments)
{
	va_list again;
	int length;
	char *text;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return arena_copy(arena, "", 0);
	text = arena_take(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

int silo_fail(struct silo *silo, int exit_code, const char *code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	silo->failure = (struct failure){.exit = exit_code, .code = code};
	silo->failure.message = print_arguments(silo->arena, format, arguments);
	va_end(arguments);
	return exit_code;
}

void silo_hint(struct silo *silo, const char *format, ...)
{
	va_list arguments;
	char *hint;

	va_start(arguments, format);
	hint = print_arguments(silo->arena, format, arguments);
	va_end(arguments);
	silo->failure.hints = silo->failure.hints
	                          ? arena_print(silo->arena, "%s\n%s", silo->failure.hints, hint)
	                          : hint;
}

void silo_fail_after(struct silo *silo, json_object *files)
{
	silo->failure.done = silo_keep(silo, json_object_get(files));
}

/* The hints as a JSON array of lines. */
static json_object *hints_json(const char *hints)
{
	json_object *lines = json_object_new_array();

	while (hints != NULL && *hints != '\0') {
		size_t length = strcspn(hints, "\n");

		json_object_array_add(lines, json_object_new_string_len(hints, (int)length));
		hints += length + (hints[length] == '\n');
	}
	return lines;
}

json_object *silo_failure_json(const struct silo *silo)
{
	static const char *const passed_on[] = {"lock", "locks", "conflicts", "revision", "field"};
	const struct failure *failure = &silo->failure;
	json_object *object = json_object_new_object();
	json_object *value;

	json_object_object_add(object, "error", json_object_new_string(failure->code));
	json_object_object_add(object, "message", json_object_new_string(failure->message));
	json_object_object_add(object, "exit", json_object_new_int(failure->exit));
	json_object_object_add(object, "hints", hints_json(failure->hints));
	if (failure->done != NULL && json_object_array_length(failure->done) > 0)
		json_object_object_add(object, "files", json_object_get(failure->done));
	for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
		if (json_object_object_get_ex(failure->details, passed_on[i], &value))
			json_object_object_add(object, passed_on[i], json_object_get(value));
	return object;
}

const char *silo_option(const struct silo *silo, const char *name)
{
	const struct command_option *option = silo->command->options;

	for (size_t i = 0; option != NULL && option[i].name != NULL; i++)
		if (strcmp(option[i].name, name) == 0)
			return silo->options[i];
	return NULL;
}

static void put_json(void *value)
{
	json_object_put(value);
}

json_object *silo_keep(struct silo *silo, json_object *value)
{
	if (value != NULL)
		arena_tie(silo->arena, put_json, value);
	return value;
}

char *silo_workstation(struct silo *silo)
{
	char host[256] = "";

	if (gethostname(host, sizeof host - 1) != 0)
		host[0] = '\0';
	return arena_print(silo->arena, "%s", host);
}
