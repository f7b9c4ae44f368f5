/*
 * Every setting of the servers, declared once in settings.c (name, type, default, range, meaning,
 * reload rule).  Sources, of which the last wins: built-in default, configuration file ("name =
 * value" lines, # comments), environment SILO_<NAME>, flag --<name-with-dashes>=value. --help,
 * --check-config and the documentation check read the same table.
 */
#ifndef SILO_BASE_SETTINGS_H
#define SILO_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings {
	char *database;        /* libpq conninfo; may name several hosts */
	char *events_database; /* silo-events: its own way to the same database */
	char *listen;          /* silo-api: path of a Unix socket or host:port; "" = descriptor 0 */
	char *events_listen;   /* silo-events: the same */
	char *vault;           /* folder of the files, absolute */
	char *log_level;       /* debug, info, warning, error */
	char *sql_dir;         /* migrations and functions for silo-admin */
	int64_t workers;       /* 0 = four times the cores, at most 64 */
	int64_t lock_default_seconds; /* 86400 */
	int64_t lock_minimum_seconds; /* 60 */
	int64_t lock_maximum_seconds; /* 30 days */
	int64_t lock_warning_seconds; /* 1800 */
	int64_t upload_limit_bytes;   /* 2 GiB and 64 MiB */
	int64_t json_limit_bytes;     /* 1 MiB */
	int64_t statement_timeout_ms; /* 15000 */
	int64_t lock_timeout_ms;      /* 10000 */
	int64_t session_seconds;      /* 86400, sliding */
	int64_t feed_keep_days;       /* 90 */
	int64_t streams_maximum;      /* silo-events: most open streams, 20000 */
	int64_t streams_per_user;     /* 20 */
	int64_t stream_stall_seconds; /* 20 */
	int64_t heartbeat_seconds;    /* 30 */
	bool require_lock;            /* false: strict mode off */
	bool trust_remote_user;       /* false */
	char *remote_user_role;       /* role of a user when first seen: viewer */
	int64_t io_timeout_seconds;   /* silo-api: silence of nginx within a request, 30 */
	int64_t grace_seconds;        /* how long a request may continue after SIGTERM, 30 */
	char **rest;                  /* what settings_read left over; owned here */
};

/*
 * Reads all sources.  Returns false after printing to standard error which setting, where and why.
 * Entries of argv that are no settings go to *rest (NULL-terminated, owned by the settings).
 * `--config FILE` (or SILO_CONFIG) names the file; default SILO_SYSCONF_DIR "/silo.conf", which may
 * be absent.
 */
bool settings_read(struct settings *settings, int argc, char **argv, char ***rest);

void settings_free(struct settings *settings);

/* One line per setting on standard output: name, default, range, meaning. */
void settings_help(void);

#endif
