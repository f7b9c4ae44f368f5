/*
 * What a command of the table is (commands/commands.h holds the table).
 */
#ifndef SILO_COMMAND_H
#define SILO_COMMAND_H

struct silo;

struct command_option {
	const char *name;  /* long name without dashes */
	char letter;       /* short name, or 0 */
	const char *value; /* what it takes, e.g. "TEXT"; NULL: a flag */
	const char *help;
	const char *const *choices; /* what the value may be, ends with NULL; NULL: anything */
};

struct command {
	const char *name;                     /* one word, or two as in "token create" */
	const char *arguments;                /* as shown in help */
	int least;                            /* words at least */
	int most;                             /* words at most; -1: any number */
	const char *summary;                  /* one line, no full stop */
	const char *text;                     /* more, or NULL */
	const struct command_option *options; /* ends with a NULL name; NULL: none */
	const char *const *examples;          /* ends with NULL */
	int (*run)(struct silo *silo);
};

#endif
