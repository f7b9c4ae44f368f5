/*
 * The table of routes, made from routes.def.
 */
#include "config.h"
#include "api/router.h"
#include "api/routes/readers.h"

#define ASKS(function, arguments) .kind = CALL_ASKS, .call = STATEMENT_ASKS(function, arguments)
#define CHANGES(function, arguments)                                                               \
	.kind = CALL_CHANGES, .call = STATEMENT_CHANGES(function, arguments)
#define FEEDS(function, arguments)                                                                 \
	.kind = CALL_FEEDS, .call = STATEMENT_CHANGES(function, arguments)
#define ROWS(columns, function, arguments)                                                         \
	.kind = CALL_ASKS, .call = STATEMENT_ROWS(columns, function, arguments)

#define PAGES     "limit cursor "
#define FILE      ROWS("filename, size, sha256, revision", file_show, "$1, $2::integer")
#define THUMBNAIL ROWS("sha256, size, revision", thumbnail_show, "$1, $2::integer")

#define ROUTE(verb, address, least, ...)                                                           \
	{.method = METHOD_##verb, .pattern = address, .role = ROLE_##least, __VA_ARGS__},

const struct route routes[] = {
#include "api/routes.def"
    {.pattern = NULL},
};
