/*
 * What several commands read from their options in the same way: numbers, the length of a lease,
 * the body of a lock request.
 */
#ifndef SILO_OPTIONS_H
#define SILO_OPTIONS_H

#include <json-c/json.h>
#include <stdint.h>
#include "core/silo.h"

enum { LEASE_ENDING_SOON = 1800 }; /* seconds: a lease that ends sooner is pointed out */

/* A whole number; `otherwise` when not given, -1 after noting a failure. */
int64_t option_number(struct silo *silo, const char *option, int64_t otherwise);

/* A time such as 8h in seconds; 0 when not given, -1 after noting a failure. */
int64_t option_duration(struct silo *silo, const char *option);

/*
 * The body for taking locks: part_numbers (ended up owned by it), comment from --message,
 * expires_in from --for, workstation.  NULL after noting a failure.
 */
json_object *option_lock_body(struct silo *silo, json_object *part_numbers);

/*
 * After a refused request for locks: if --for is what the server did not take, says which leases it
 * takes.  Returns the exit code.
 */
int option_explain_lease(struct silo *silo);

#endif
