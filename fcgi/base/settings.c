/*
 * Settings: one table, four sources (default, file, environment, flag), one check.  Nothing here
 * opens a file or socket that a setting names.
 */
#include "config.h"
#include "base/settings.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, NUMBER, FLAG };

/* On SIGHUP every setting is read again; those that name a socket need a restart. */
enum reload { RELOAD, RESTART };

struct setting {
	const char *name;
	size_t offset;
	const char *usual;
	int64_t least, most; /* NUMBER */
	const char *choices; /* TEXT: "a|b|c" or NULL; "/" = must be an absolute path */
	enum kind kind;
	enum reload reload;
	const char *meaning;
};

#define AT(member) offsetof(struct settings, member)

/* "|viewer|…": none, or one of the roles. */
static const char role_choices[] =
#define ROLE(name, word) "|" word
#include "base/facts.def"
    ;

/* clang-format off */
static const struct setting table[] = {
	{"database", AT(database), "dbname=silo user=silo_api", 0, 0, NULL, TEXT, RELOAD,
	 "libpq conninfo of Postgres; may name several hosts"},
	{"events_database", AT(events_database), "dbname=silo user=silo_hub", 0, 0, NULL, TEXT, RELOAD,
	 "silo-events: its own conninfo of the same database"},
	{"listen", AT(listen), "/run/silo/api.sock", 0, 0, NULL, TEXT, RESTART,
	 "silo-api: path of a Unix socket or host:port; empty = descriptor 0"},
	{"events_listen", AT(events_listen), "/run/silo/events.sock", 0, 0, NULL, TEXT, RESTART,
	 "silo-events: path of a Unix socket or host:port; empty = descriptor 0"},
	{"vault", AT(vault), "/var/lib/silo/vault", 0, 0, "/", TEXT, RELOAD,
	 "folder of the kept files, an absolute path"},
	{"log_level", AT(log_level), "info", 0, 0, "debug|info|warning|error", TEXT, RELOAD,
	 "lowest level of the log lines on standard error"},
	{"sql_dir", AT(sql_dir), SILO_SQL_DIR, 0, 0, "/", TEXT, RELOAD,
	 "silo-admin: folder with migrations/ and functions/"},
	{"workers", AT(workers), "0", 0, 4096, NULL, NUMBER, RELOAD,
	 "silo-api: worker processes; 0 = four times the cores, at most 64"},
	{"lock_default_seconds", AT(lock_default_seconds), "86400", 60, 31536000, NULL, NUMBER, RELOAD,
	 "lease of a lock if the request doesn't name one"},
	{"lock_minimum_seconds", AT(lock_minimum_seconds), "60", 1, 60, NULL, NUMBER, RELOAD,
	 "shortest lease a request may ask for; less than 60 is for tests"},
	{"lock_maximum_seconds", AT(lock_maximum_seconds), "2592000", 60, 31536000, NULL, NUMBER, RELOAD,
	 "longest lease a request may ask for"},
	{"lock_warning_seconds", AT(lock_warning_seconds), "1800", 1, 86400, NULL, NUMBER, RELOAD,
	 "silo-events: how long before a lease expires its holder is warned"},
	{"upload_limit_bytes", AT(upload_limit_bytes), "2214592512", 1, INT64_C(1) << 50, NULL, NUMBER, RELOAD,
	 "largest file accepted"},
	{"json_limit_bytes", AT(json_limit_bytes), "1048576", 1024, 67108864, NULL, NUMBER, RELOAD,
	 "largest JSON body accepted"},
	{"statement_timeout_ms", AT(statement_timeout_ms), "15000", 100, 600000, NULL, NUMBER, RELOAD,
	 "longest time for one database statement"},
	{"lock_timeout_ms", AT(lock_timeout_ms), "10000", 100, 600000, NULL, NUMBER, RELOAD,
	 "longest wait for a row another request is writing"},
	{"session_seconds", AT(session_seconds), "86400", 60, 31536000, NULL, NUMBER, RELOAD,
	 "how long a browser session lives after its last use"},
	{"feed_keep_days", AT(feed_keep_days), "90", 1, 36500, NULL, NUMBER, RELOAD,
	 "silo-events: days that events are kept in the feed"},
	{"streams_maximum", AT(streams_maximum), "20000", 1, 1000000, NULL, NUMBER, RELOAD,
	 "silo-events: most open streams, all users together"},
	{"streams_per_user", AT(streams_per_user), "20", 1, 1000000, NULL, NUMBER, RELOAD,
	 "silo-events: most open streams of one user"},
	{"stream_stall_seconds", AT(stream_stall_seconds), "20", 1, 3600, NULL, NUMBER, RELOAD,
	 "silo-events: a stream whose reader takes nothing for this long is closed"},
	{"heartbeat_seconds", AT(heartbeat_seconds), "30", 1, 3600, NULL, NUMBER, RELOAD,
	 "silo-events: seconds between heartbeats"},
	{"require_lock", AT(require_lock), "no", 0, 0, NULL, FLAG, RELOAD,
	 "strict mode: every write of a file or revision needs the lock"},
	{"trust_remote_user", AT(trust_remote_user), "no", 0, 0, NULL, FLAG, RELOAD,
	 "accept the user nginx has authenticated (FastCGI parameter REMOTE_USER)"},
	{"remote_user_role", AT(remote_user_role), "viewer", 0, 0, role_choices, TEXT, RELOAD,
	 "role of such a user when first seen; empty = the user must exist already"},
	{"io_timeout_seconds", AT(io_timeout_seconds), "30", 1, 3600, NULL, NUMBER, RELOAD,
	 "silo-api: longest time the web server may be silent during a request"},
	{"grace_seconds", AT(grace_seconds), "30", 1, 3600, NULL, NUMBER, RELOAD,
	 "how long a running request may continue after SIGTERM"},
};
/* clang-format on */

enum { SETTINGS = sizeof table / sizeof *table, LINE_MAXIMUM = 64 * 1024 };

static void *member(struct settings *settings, const struct setting *setting)
{
	return (char *)settings + setting->offset;
}

static const struct setting *setting_named(const char *name, size_t length, char dash)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		const char *own = table[i].name;
		size_t at = 0;

		while (at < length && own[at] &&
		       (own[at] == name[at] || (own[at] == '_' && name[at] == dash)))
			at++;
		if (at == length && !own[at])
			return &table[i];
	}
	return NULL;
}

static bool complain(const struct setting *setting, const char *where, const char *value,
                     const char *why)
{
	fprintf(stderr, "silo: %s: %s = \"%s\": %s\n", where, setting->name, value, why);
	return false;
}

static bool set_number(int64_t *target, const struct setting *setting, const char *where,
                       const char *value)
{
	char *end, why[100];
	intmax_t number;

	errno = 0;
	number = strtoimax(value, &end, 10);
	if (end == value || *end || errno || isspace((unsigned char)*value))
		return complain(setting, where, value, "is not a whole number");
	if (number < setting->least || number > setting->most) {
		snprintf(why, sizeof why, "must be between %" PRId64 " and %" PRId64,
		         setting->least, setting->most);
		return complain(setting, where, value, why);
	}
	*target = number;
	return true;
}

static bool set_flag(bool *target, const struct setting *setting, const char *where,
                     const char *value)
{
	static const char *const words[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i], value) == 0) {
			*target = i % 2 == 1;
			return true;
		}
	}
	return complain(setting, where, value, "must be yes or no");
}

static bool is_choice(const char *choices, const char *value)
{
	size_t length = strlen(value);

	for (const char *at = choices;; at++) {
		size_t span = strcspn(at, "|");

		if (span == length && strncmp(at, value, length) == 0)
			return true;
		at += span;
		if (!*at)
			return false;
	}
}

static bool set_text(char **target, const struct setting *setting, const char *where,
                     const char *value)
{
	char *copy, why[100];

	if (setting->choices && *setting->choices == '/') {
		if (*value != '/')
			return complain(setting, where, value, "must be an absolute path");
	} else if (setting->choices && !is_choice(setting->choices, value)) {
		snprintf(why, sizeof why, "must be one of %s", setting->choices);
		return complain(setting, where, value, why);
	}
	copy = strdup(value);
	if (!copy)
		return complain(setting, where, value, "out of memory");
	free(*target);
	*target = copy;
	return true;
}

static bool set(struct settings *settings, const struct setting *setting, const char *where,
                const char *value)
{
	switch (setting->kind) {
	case NUMBER:
		return set_number(member(settings, setting), setting, where, value);
	case FLAG:
		return set_flag(member(settings, setting), setting, where, value);
	default:
		return set_text(member(settings, setting), setting, where, value);
	}
}

/* Trims white space at both ends, in place. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static bool read_line(struct settings *settings, char *line, const char *where)
{
	const struct setting *setting;
	char *name, *value, *equals;

	name = trim(line);
	if (!*name || *name == '#')
		return true;
	equals = strchr(name, '=');
	if (!equals) {
		fprintf(stderr, "silo: %s: expected \"name = value\"\n", where);
		return false;
	}
	*equals = '\0';
	name = trim(name);
	value = trim(equals + 1);
	setting = setting_named(name, strlen(name), '_');
	if (!setting) {
		fprintf(stderr, "silo: %s: there is no setting \"%s\"\n", where, name);
		return false;
	}
	return set(settings, setting, where, value);
}

static bool read_file(struct settings *settings, const char *path, bool must_exist)
{
	char *line = NULL;
	size_t room = 0;
	int number = 0;
	bool fine = true;
	FILE *file = fopen(path, "re");

	if (!file) {
		if (errno == ENOENT && !must_exist)
			return true;
		fprintf(stderr, "silo: %s: %s\n", path, strerror(errno));
		return false;
	}
	while (fine && getline(&line, &room, file) >= 0) {
		char where[4200];

		snprintf(where, sizeof where, "%s:%d", path, ++number);
		fine = strlen(line) < LINE_MAXIMUM && read_line(settings, line, where);
	}
	if (fine && ferror(file)) {
		fprintf(stderr, "silo: %s: cannot be read\n", path);
		fine = false;
	}
	free(line);
	fclose(file);
	return fine;
}

static bool read_environment(struct settings *settings)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		char name[64] = "SILO_";
		const char *value;

		for (size_t at = 0; table[i].name[at]; at++)
			name[5 + at] = (char)toupper((unsigned char)table[i].name[at]);
		value = getenv(name);
		if (value && !set(settings, &table[i], name, value))
			return false;
	}
	return true;
}

/*
 * Takes the settings out of argv; other entries go to `rest`.  Runs twice: first to find --config
 * (settings NULL), then for the values, which override the file's.
 */
static bool read_flags(struct settings *settings, int argc, char **argv, char **rest,
                       const char **config)
{
	int left = 0;

	for (int i = 0; i < argc; i++) {
		const char *flag = argv[i], *value = strchr(flag, '=');
		size_t length = value ? (size_t)(value - flag) : strlen(flag);
		const struct setting *setting = NULL;
		bool is_config = length == 8 && strncmp(flag, "--config", length) == 0;

		if (i > 0 && length > 2 && strncmp(flag, "--", 2) == 0)
			setting = setting_named(flag + 2, length - 2, '-');
		if (i == 0 || (!setting && !is_config)) {
			rest[left++] = argv[i];
			continue;
		}
		if (value)
			value++;
		else if (setting && setting->kind == FLAG)
			value = "yes";
		else if (i + 1 < argc)
			value = argv[++i];
		if (!value) {
			fprintf(stderr, "silo: %s needs a value\n", flag);
			return false;
		}
		if (is_config)
			*config = value;
		else if (settings && !set(settings, setting, "command line", value))
			return false;
	}
	rest[left] = NULL;
	return true;
}

static bool is_consistent(const struct settings *settings)
{
	if (settings->lock_default_seconds <= settings->lock_maximum_seconds)
		return true;
	fprintf(stderr, "silo: lock_default_seconds is longer than lock_maximum_seconds\n");
	return false;
}

bool settings_read(struct settings *settings, int argc, char **argv, char ***rest)
{
	const char *config = getenv("SILO_CONFIG");

	memset(settings, 0, sizeof *settings);
	settings->rest = calloc((size_t)argc + 1, sizeof *settings->rest);
	if (!settings->rest)
		return false;
	for (size_t i = 0; i < SETTINGS; i++)
		if (!set(settings, &table[i], "default", table[i].usual))
			goto bad;
	if (!read_flags(NULL, argc, argv, settings->rest, &config))
		goto bad;
	if (!read_file(settings, config ? config : SILO_SYSCONF_DIR "/silo.conf", config != NULL))
		goto bad;
	if (!read_environment(settings) ||
	    !read_flags(settings, argc, argv, settings->rest, &config))
		goto bad;
	if (!is_consistent(settings))
		goto bad;
	if (rest)
		*rest = settings->rest;
	return true;
bad:
	settings_free(settings);
	return false;
}

void settings_free(struct settings *settings)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (table[i].kind == TEXT)
			free(*(char **)member(settings, &table[i]));
	free(settings->rest);
	memset(settings, 0, sizeof *settings);
}

void settings_help(void)
{
	printf("Settings (configuration file \"name = value\", environment SILO_NAME, flag "
	       "--name=value; the last wins):\n");
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *setting = &table[i];

		printf("  %s (default \"%s\"", setting->name, setting->usual);
		if (setting->kind == NUMBER)
			printf(", %" PRId64 " to %" PRId64, setting->least, setting->most);
		else if (setting->kind == FLAG)
			printf(", yes or no");
		else if (setting->choices && *setting->choices != '/')
			printf(", one of %s", setting->choices);
		printf("%s)\n      %s\n", setting->reload == RESTART ? ", needs a restart" : "",
		       setting->meaning);
	}
}
