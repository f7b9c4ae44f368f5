/*
 * The route table: every address silo-api answers, and the least role for it.
 * A handler that the table does not name does not exist for clients.
 */
#include "config.h"
#include "api/router.h"
#include "api/routes/handlers.h"

#define GET    METHOD_GET
#define POST   METHOD_POST
#define PUT    METHOD_PUT
#define PATCH  METHOD_PATCH
#define DELETE METHOD_DELETE

#define PAGES        "limit cursor "
#define ITEM_FILTERS "offset page q search type project lock sort part_numbers"

/* A list names its parameters at the end of its row; other rows end before. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* clang-format off */
const struct route routes[] = {
	/* method  pattern                          least role   handler, and of a list all parameters */
	{POST,   "/login",                          ROLE_PUBLIC, sign_in_login},
	{POST,   "/logout",                         ROLE_PUBLIC, sign_in_logout},
	{GET,    "/api/auth/config",                ROLE_PUBLIC, sign_in_config},
	{GET,    "/api/auth/me",                    ROLE_ANY,    sign_in_me},
	{GET,    "/api/auth/tokens",                ROLE_ANY,    tokens_list, PAGES},
	{POST,   "/api/auth/tokens",                ROLE_ANY,    tokens_create},
	{DELETE, "/api/auth/tokens/:id",            ROLE_ANY,    tokens_revoke},
	{POST,   "/api/auth/password",              ROLE_ANY,    password_set},
	{GET,    "/api/users",                      ROLE_ADMIN,  users_list, PAGES},
	{POST,   "/api/users",                      ROLE_ADMIN,  users_create},
	{PATCH,  "/api/users/:username",            ROLE_ADMIN,  users_update},

	{GET,    "/api/items",                      ROLE_VIEWER, items_list, PAGES ITEM_FILTERS},
	{POST,   "/api/items",                      ROLE_EDITOR, items_create},
	{GET,    "/api/items/by-uuid/:uuid",        ROLE_VIEWER, item_by_uuid},
	{GET,    "/api/items/:pn",                  ROLE_VIEWER, item_show},
	{PUT,    "/api/items/:pn",                  ROLE_EDITOR, item_update},
	{DELETE, "/api/items/:pn",                  ROLE_EDITOR, item_archive},
	{POST,   "/api/items/:pn/restore",          ROLE_ADMIN,  item_restore},
	{GET,    "/api/items/:pn/events",           ROLE_VIEWER, item_history, PAGES},
	{GET,    "/api/items/:pn/revisions",        ROLE_VIEWER, revisions_list, PAGES},
	{POST,   "/api/items/:pn/revisions",        ROLE_EDITOR, revision_create},
	{GET,    "/api/items/:pn/revisions/:n",     ROLE_VIEWER, revision_show},
	{POST,   "/api/items/:pn/file",             ROLE_EDITOR, file_upload},
	{GET,    "/api/items/:pn/file",             ROLE_VIEWER, file_download},
	{GET,    "/api/items/:pn/file/:n",          ROLE_VIEWER, file_download},
	{POST,   "/api/items/:pn/rollback",         ROLE_EDITOR, revision_rollback},
	{GET,    "/api/items/:pn/thumbnail",        ROLE_VIEWER, thumbnail_download},
	{GET,    "/api/items/:pn/thumbnail/:n",     ROLE_VIEWER, thumbnail_download},
	{GET,    "/api/thumbnails",                 ROLE_VIEWER, thumbnails_list, "part_numbers"},
	{GET,    "/api/projects",                   ROLE_VIEWER, projects_list, ""},
	{POST,   "/api/projects",                   ROLE_EDITOR, project_create},
	{POST,   "/api/generate-part-number",       ROLE_EDITOR, part_number_next},
	{GET,    "/api/modules",                    ROLE_PUBLIC, modules_show},
	{GET,    "/api/schemas",                    ROLE_VIEWER, schemas_list, ""},
	{GET,    "/api/schemas/:name/form",         ROLE_VIEWER, schema_form},

	{GET,    "/api/items/:pn/lock",             ROLE_VIEWER, lock_show},
	{POST,   "/api/items/:pn/lock",             ROLE_EDITOR, lock_acquire},
	{DELETE, "/api/items/:pn/lock",             ROLE_VIEWER, lock_release},
	{POST,   "/api/items/:pn/lock/request",     ROLE_EDITOR, lock_request},
	{GET,    "/api/locks",                      ROLE_VIEWER, locks_list, PAGES "user project expiring_within"},
	{POST,   "/api/locks",                      ROLE_EDITOR, locks_acquire},
	{DELETE, "/api/locks",                      ROLE_VIEWER, locks_release, "part_numbers mine reason lease_ids"},

	{GET,    "/health",                         ROLE_PUBLIC, health},
	{GET,    "/ready",                          ROLE_PUBLIC, ready},
	{GET,    "/metrics",                        ROLE_PUBLIC, metrics},
	{0, NULL, 0, NULL},
};
/* clang-format on */
