/*
 * The shared facts as lists.
 */
#include "config.h"
#include "base/facts.h"

#include <stddef.h>

const char *const roles[] = {
#define ROLE(name, word) word,
#include "base/facts.def"
    NULL,
};

const char *const item_types[] = {
#define ITEM_TYPE(word) word,
#include "base/facts.def"
    NULL,
};

const char *const event_types[] = {
#define EVENT_TYPE(word) word,
#include "base/facts.def"
    NULL,
};

const struct limit limits[] = {
#define LIMIT(name, most) {#name, most},
#include "base/facts.def"
    {NULL, 0},
};
