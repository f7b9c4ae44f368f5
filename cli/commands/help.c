/*
 * The table of commands as help: for people, and as JSON.  Knows no command by name.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include "commands/commands.h"
#include "terminal/output.h"

enum { HELP_COLUMN = 30, COLUMNS_MOST = 79 };

/* What an option's value may be, below its help. */
static void show_choices(const char *const *choice)
{
	int column = printf("%*sone of:", HELP_COLUMN, "");

	for (; *choice != NULL; choice++) {
		if (column + 1 + (int)strlen(*choice) > COLUMNS_MOST)
			column = printf("\n%*s", HELP_COLUMN - 1, "") - 1;
		column += printf(" %s", *choice);
	}
	printf("\n");
}

/* One list of options, aligned. */
static void show_options(const struct command_option *option)
{
	for (; option != NULL && option->name != NULL; option++) {
		char letter[] = {'-', option->letter, ',', ' ', '\0'};
		int width = printf("  %s--%s%s%s", option->letter ? letter : "    ", option->name,
		                   option->value ? " " : "", option->value ? option->value : "");

		if (width > HELP_COLUMN - 2)
			printf("\n%*s%s\n", HELP_COLUMN, "", option->help);
		else
			printf("%*s%s\n", HELP_COLUMN - width, "", option->help);
		if (option->choices != NULL)
			show_choices(option->choices);
	}
}

/* All commands, one a line. */
static void show_overview(void)
{
	printf("silo: exclusive check-out for CAD files\n\nusage: silo COMMAND [ARGUMENTS] "
	       "[OPTIONS]\n\n");
	for (const struct command *command = commands; command->name != NULL; command++)
		printf("  %-14s %s\n", command->name, command->summary);
	printf("\nOptions of every command:\n");
	show_options(common_options);
	printf("\nA day's work:\n  silo checkout F01-0001      take the lock and the file\n"
	       "  freecad bracket.FCStd       edit and save\n"
	       "  silo status                 what is mine, changed, locked\n"
	       "  silo commit -m \"Add ribs\"   upload and release\n\n"
	       "silo COMMAND --help explains a command; man silo explains all of it.\n");
}

/* One command: what it does, its words, options and examples. */
static void show_command(const struct command *command)
{
	printf("silo %s: %s\n\nusage: silo %s%s%s\n", command->name, command->summary,
	       command->name, *command->arguments ? " " : "", command->arguments);
	if (command->text != NULL)
		printf("\n%s\n", command->text);
	printf("\nOptions:\n");
	show_options(command->options);
	show_options(common_options);
	printf("\nExamples:\n");
	for (const char *const *example = command->examples; *example != NULL; example++)
		printf("  %s\n", *example);
}

/* The commands of a group, with their examples. */
static void show_group(const char *group)
{
	printf("usage: silo %s COMMAND [ARGUMENTS] [OPTIONS]\n\n", group);
	for (const struct command *command = commands; command->name != NULL; command++)
		if (command_in_group(command, group))
			printf("  %-14s %s\n", command->name, command->summary);
	printf("\nExamples:\n");
	for (const struct command *command = commands; command->name != NULL; command++)
		for (const char *const *example = command->examples; *example != NULL; example++)
			if (command_in_group(command, group))
				printf("  %s\n", *example);
	printf("\nsilo %s COMMAND --help explains one.\n", group);
}

/* A list of words as JSON; null for none. */
static json_object *words_json(const char *const *word)
{
	json_object *words = word != NULL ? json_object_new_array() : NULL;

	for (; word != NULL && *word != NULL; word++)
		json_object_array_add(words, json_object_new_string(*word));
	return words;
}

/* A list of options as JSON. */
static json_object *options_json(const struct command_option *option)
{
	json_object *rows = json_object_new_array();

	for (; option != NULL && option->name != NULL; option++) {
		json_object *row = json_object_new_object();
		char letter[] = {option->letter, '\0'};

		json_object_object_add(row, "name", json_object_new_string(option->name));
		json_object_object_add(row, "letter",
		                       option->letter ? json_object_new_string(letter) : NULL);
		json_object_object_add(
		    row, "value", option->value ? json_object_new_string(option->value) : NULL);
		json_object_object_add(row, "help", json_object_new_string(option->help));
		json_object_object_add(row, "choices", words_json(option->choices));
		json_object_array_add(rows, row);
	}
	return rows;
}

/* One command as JSON. */
static json_object *command_json(const struct command *command)
{
	json_object *row = json_object_new_object();

	json_object_object_add(row, "name", json_object_new_string(command->name));
	json_object_object_add(row, "arguments", json_object_new_string(command->arguments));
	json_object_object_add(row, "summary", json_object_new_string(command->summary));
	json_object_object_add(row, "text",
	                       command->text ? json_object_new_string(command->text) : NULL);
	json_object_object_add(row, "options", options_json(command->options));
	json_object_object_add(row, "examples", words_json(command->examples));
	return row;
}

/* The commands meant, and the options that all of them take. */
static void show_json(const struct command *command, const char *group)
{
	json_object *document = json_object_new_object(), *rows = json_object_new_array();

	for (const struct command *each = commands; each->name != NULL; each++)
		if (command != NULL ? each == command
		                    : group == NULL || command_in_group(each, group))
			json_object_array_add(rows, command_json(each));
	json_object_object_add(document, "commands", rows);
	json_object_object_add(document, "common_options", options_json(common_options));
	output_json(document);
}

void help_show(const struct silo *silo, const struct command *command, const char *group)
{
	if (silo->json)
		show_json(command, group);
	else if (command != NULL)
		show_command(command);
	else if (group != NULL)
		show_group(group);
	else
		show_overview();
}

int help_run(struct silo *silo)
{
	int used;
	const struct command *command = command_find(silo->words, silo->word_count, &used);
	bool group = silo->word_count == 1 && command_is_group(silo->words[0]);

	if (silo->word_count > 0 && command == NULL && !group) {
		silo_fail(silo, SILO_USAGE, "usage", "there is no command “%s”", silo->words[0]);
		silo_hint(silo, "silo --help lists the commands");
		return SILO_USAGE;
	}
	help_show(silo, command, group ? silo->words[0] : NULL);
	return SILO_DONE;
}
