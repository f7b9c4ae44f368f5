/*
 * Reads the command line along the table of commands.  Knows no command by name.
 */
#include "config.h"

#include "commands/commands.h"

#include <string.h>
#include "base/facts.h"

/* True when `words` starts with the words of `name`; *used counts them. */
static bool name_matches(const char *name, char **words, int count, int *used)
{
	*used = 0;
	while (*used < count) {
		size_t length = strcspn(name, " ");

		if (strlen(words[*used]) != length || strncmp(words[*used], name, length) != 0)
			return false;
		(*used)++;
		if (name[length] == '\0')
			return true;
		name += length + 1;
	}
	return false;
}

const struct command *command_find(char **words, int count, int *used)
{
	for (const struct command *command = commands; command->name != NULL; command++)
		if (name_matches(command->name, words, count, used))
			return command;
	return NULL;
}

bool command_in_group(const struct command *command, const char *group)
{
	size_t length = strlen(group);

	return strncmp(command->name, group, length) == 0 && command->name[length] == ' ';
}

bool command_is_group(const char *word)
{
	for (const struct command *command = commands; command->name != NULL; command++)
		if (command_in_group(command, word))
			return true;
	return false;
}

/* Letters to change, add or take away to make one word of the other; short words only. */
static size_t distance(const char *one, const char *other)
{
	enum { LONGEST = 16 };
	size_t row[LONGEST + 1], length = strlen(other);

	if (strlen(one) > LONGEST || length > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; one[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t best = diagonal + (one[i - 1] != other[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[length];
}

/* The command of one word that a mistyped one is likely to mean, NULL when none is near. */
static const char *alike(const char *word)
{
	const char *found = NULL;
	size_t nearest = 3;

	for (const struct command *command = commands; command->name != NULL; command++) {
		size_t far = distance(word, command->name);

		if (far < nearest && far * 2 < strlen(word)) {
			nearest = far;
			found = command->name;
		}
	}
	return found;
}

/* No command has this name: a group's help, or the failure with what there is. */
static int no_command(struct silo *silo, int count, char **words, bool *help)
{
	bool group = command_is_group(words[0]);

	for (int i = 1; group && i < count; i++)
		if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
			*help = true;
	if (*help && group) {
		silo->words = words;
		silo->word_count = 1;
		return SILO_DONE;
	}
	if (!group) {
		const char *meant = alike(words[0]);

		silo_fail(silo, SILO_USAGE, "usage", "there is no command “%s”", words[0]);
		if (meant != NULL)
			silo_hint(silo, "did you mean silo %s?", meant);
		silo_hint(silo, "silo --help lists the commands");
		return SILO_USAGE;
	}
	silo_fail(silo, SILO_USAGE, "usage", "silo %s needs a command", words[0]);
	for (const struct command *command = commands; command->name != NULL; command++)
		if (command_in_group(command, words[0]))
			silo_hint(silo, "silo %s%s%s", command->name,
			          *command->arguments ? " " : "", command->arguments);
	return SILO_USAGE;
}

/* The option of `list` that `word` names ("--name", "--name=value" or "-x"). */
static const struct command_option *find_option(const struct command_option *list, const char *word)
{
	bool is_long = word[1] == '-';
	size_t length = is_long ? strcspn(word + 2, "=") : 0;

	for (; list != NULL && list->name != NULL; list++) {
		if (is_long && strlen(list->name) == length &&
		    strncmp(list->name, word + 2, length) == 0)
			return list;
		if (!is_long && list->letter != 0 && word[1] == list->letter)
			return list;
	}
	return NULL;
}

/* An option's value and how many words it took. */
struct option_value {
	const char *text;
	int words;
};

/* Reads the value of `option` at words[0]; text is NULL when it is missing or unexpected. */
static struct option_value read_value(const struct command_option *option, char **words, int count)
{
	const char *attached = words[0][1] == '-' ? strchr(words[0], '=') : NULL;

	if (words[0][1] != '-' && words[0][2] != '\0')
		attached = words[0] + 1; /* -mTEXT */
	if (option->value == NULL)
		return (struct option_value){attached ? NULL : "", 1};
	if (attached != NULL)
		return (struct option_value){attached + 1, 1};
	return (struct option_value){count > 1 ? words[1] : NULL, 2};
}

/* Applies one of the options that every command takes. */
static void set_common(struct silo *silo, const char *name, const char *value, bool *help)
{
	if (strcmp(name, "json") == 0)
		silo->json = true;
	else if (strcmp(name, "quiet") == 0)
		silo->quiet = true;
	else if (strcmp(name, "help") == 0)
		*help = true;
	else if (strcmp(name, "cacert") == 0)
		silo->ca_file = silo->ca_given = arena_print(silo->arena, "%s", value);
}

/* Notes an option, of the command or of all of them. */
static void apply(struct silo *silo, const struct command_option *option, const char *value,
                  bool *help)
{
	const struct command_option *own = silo->command ? silo->command->options : NULL;

	for (size_t i = 0; own != NULL && own[i].name != NULL; i++)
		if (&own[i] == option) {
			silo->options[i] = value;
			return;
		}
	set_common(silo, option->name, value, help);
}

/* Names the help that lists the options, after a failure with one. */
static void hint_help(struct silo *silo)
{
	if (silo->command != NULL)
		silo_hint(silo, "silo %s --help explains and gives examples", silo->command->name);
	else
		silo_hint(silo, "silo --help lists the commands");
}

/* One option at words[0]: returns how many words it took, 0 after noting a failure. */
static int take_option(struct silo *silo, char **words, int count, bool *help)
{
	const struct command *command = silo->command;
	const struct command_option *option, *own = command ? command->options : NULL;
	struct option_value value;

	option = find_option(own, words[0]);
	if (option == NULL)
		option = find_option(common_options, words[0]);
	if (option == NULL) {
		silo_fail(silo, SILO_USAGE, "usage", "there is no option %s", words[0]);
		hint_help(silo);
		return 0;
	}
	/* -km TEXT is -k -m TEXT. */
	if (option->value == NULL && words[0][1] != '-' && words[0][2] != '\0') {
		char *rest = arena_print(silo->arena, "-%s", words[0] + 2);
		char *pair[] = {rest, count > 1 ? words[1] : NULL};

		apply(silo, option, "", help);
		return take_option(silo, pair, count > 1 ? 2 : 1, help);
	}
	value = read_value(option, words, count);
	if (value.text == NULL) {
		silo_fail(silo, SILO_USAGE, "usage",
		          option->value ? "--%s needs %s" : "--%s takes no %s", option->name,
		          option->value ? option->value : "value");
		hint_help(silo);
		return 0;
	}
	apply(silo, option, value.text, help);
	return value.words;
}

/* True for a word that is an option: "-" alone is a name. */
static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/* Options before the command; returns the index of the first word after them. */
static int take_leading_options(struct silo *silo, int count, char **words, bool *help)
{
	int at = 0;

	while (at < count && is_option(words[at])) {
		int took = take_option(silo, words + at, count - at, help);

		if (took == 0)
			return -1;
		at += took;
	}
	return at;
}

/* Everything after the command's name. */
static int take_rest(struct silo *silo, int count, char **words, bool *help)
{
	bool only_words = false;

	for (int at = 0; at < count;) {
		int took = 1;

		if (!only_words && strcmp(words[at], "--") == 0)
			only_words = true;
		else if (!only_words && is_option(words[at]))
			took = take_option(silo, words + at, count - at, help);
		else
			silo->words[silo->word_count++] = words[at];
		if (took == 0)
			return SILO_USAGE;
		at += took;
	}
	return SILO_DONE;
}

int command_parse(struct silo *silo, int count, char **words, bool *help)
{
	int at = take_leading_options(silo, count, words, help), used;
	int options = 0;

	if (at < 0)
		return SILO_USAGE;
	if (at == count) {
		*help = true;
		return SILO_DONE;
	}
	silo->command = command_find(words + at, count - at, &used);
	if (silo->command == NULL)
		return no_command(silo, count - at, words + at, help);
	while (silo->command->options != NULL && silo->command->options[options].name != NULL)
		options++;
	silo->options = arena_take(silo->arena, ((size_t)options + 1) * sizeof *silo->options);
	silo->words = arena_take(silo->arena, ((size_t)count + 1) * sizeof *silo->words);
	if (take_rest(silo, count - at - used, words + at + used, help) != SILO_DONE)
		return SILO_USAGE;
	if (*help || silo->command->run == help_run)
		return SILO_DONE;
	if (silo->command->most == LIMIT_part_numbers && silo->word_count > silo->command->most)
		return silo_fail(
		    silo, SILO_USAGE, "usage",
		    "silo %s takes at most %d items at once, all or none; you named %d",
		    silo->command->name, LIMIT_part_numbers, silo->word_count);
	if (silo->word_count < silo->command->least ||
	    (silo->command->most >= 0 && silo->word_count > silo->command->most)) {
		silo_fail(silo, SILO_USAGE, "usage", "usage: silo %s %s", silo->command->name,
		          silo->command->arguments);
		hint_help(silo);
		return SILO_USAGE;
	}
	return SILO_DONE;
}
