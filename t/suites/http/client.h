/*
 * What the HTTP suites speak with: calls as one of the test users through the real nginx, and what
 * came back.  One stack serves the whole program.
 */
#ifndef SILO_T_CLIENT_H
#define SILO_T_CLIENT_H

#include <check.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* Starts the stack (or takes the one of SILO_STACK, a folder made by t/stack/up); 0 when it is up.
 */
int stack_open(const char *options);
void stack_close(void);

/* A value of the stack's env file, e.g. "SILO_URL". */
const char *stack_value(const char *name);

/* Runs lines of shell with the stack's values set; for before the tests, where stack_value cannot
 * be. */
int stack_shell(const char *lines);

/* silo-api reads its settings again; 0 when all its workers are other ones. */
int stack_reload(void);

/* Runs t/stack/COMMAND on the stack's folder. */
int stack_run(const char *command);

/* A word without spaces that no other test has used, e.g. for part numbers. */
const char *fresh(const char *prefix);

/*
 * Sends a request.  `who`: ada, alice, bob, vera, NULL for nobody, or a whole header line with a
 * colon in it.  `body` is JSON unless a Content-Type was given by with().  Returns the status.
 */
long send_as(const char *who, const char *method, const char *path, const char *body);
long send_bytes(const char *who, const char *method, const char *path, const void *bytes,
                size_t length);

/* A header for the next request only. */
void with(const char *header);

#define GET(who, path)        send_as(who, "GET", path, NULL)
#define POST(who, path, body) send_as(who, "POST", path, body)
#define PUT(who, path, body)  send_as(who, "PUT", path, body)
#define DELETE(who, path)     send_as(who, "DELETE", path, NULL)

/* printf into one of a few static buffers of the thread. */
const char *at(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Of the last answer: its status and error code ("" for none) are these. */
void expect(long status, const char *code);

/* A member of the JSON body by a dotted path ("lock.locked_by", "items.0.part_number"); "" if
 * absent. */
const char *told(const char *path);
size_t told_count(const char *path);
long told_status(void);
const char *told_header(const char *name);
const char *told_body(void);
size_t told_size(void); /* of the body, which may have NULs in it */

/* Whole scenes. */
const char *new_item(void);                          /* made by alice */
void lock(const char *who, const char *part_number); /* must succeed */
/* The file a.txt, raw; `query` goes on after its name.  The status. */
long upload(const char *who, const char *part_number, const char *text, const char *query);
void sql(const char *statement); /* as the owner of the database */
const char *sql_value(const char *statement);
void let_lease_end(const char *part_number);

/* Each suite. */
TCase *sign_in_case(void);
TCase *foreign_case(void);
TCase *texts_case(void);
TCase *items_case(void);
TCase *lists_case(void);
TCase *locks_case(void);
TCase *leases_case(void);
TCase *fencing_case(void);
TCase *input_case(void);
TCase *properties_case(void);
TCase *nasty_case(void);
TCase *roles_case(void);
TCase *read_only_case(void);
TCase *race_case(void);
TCase *paging_case(void);
TCase *late_case(void);
TCase *faults_case(void);
/* On a strict server behind a gateway. */
TCase *strict_case(void);
TCase *remote_roles_case(void);

#endif
