/*
 * Structured log lines (logfmt) on standard error, one write() per line.  Values are quoted and
 * escaped here, so nothing a client sends can forge a line.
 */
#ifndef SILO_BASE_LOG_H
#define SILO_BASE_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* `program` names the sender in every line; it must outlive the process. */
void log_open(const char *program, enum log_level least);

/* The level of that name (debug, info, warning, error); anything else is info. */
enum log_level log_level_named(const char *name);

/*
 * Pairs of key and value strings after the event, ended by NULL; a NULL value is written as "-".
 * log_event(LOG_LEVEL_INFO, "request", "route", "GET /api/locks", "ms", "1.2", NULL);
 */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
