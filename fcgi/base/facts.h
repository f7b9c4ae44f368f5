/*
 * The facts that server and clients share, out of facts.def: LIMIT_lock_comment and its like are
 * constants; the lists serve those who tell or check all of them.
 */
#ifndef SILO_BASE_FACTS_H
#define SILO_BASE_FACTS_H

enum {
#define LIMIT(name, most) LIMIT_##name = (most),
#include "base/facts.def"
};

/* Each list ends with NULL; the limits end with one whose name is NULL. */
extern const char *const roles[]; /* the least first */
extern const char *const item_types[];
extern const char *const event_types[];

struct limit {
	const char *name;
	int most;
};
extern const struct limit limits[];

#endif
