/*
 * The calls of SQL functions.  Only calls: every rule is in sql/functions.
 */
#include "api/statements.h"

#define ANSWER(call) "select status, body, etag, location from silo." call

/*
 * Of what changes something: once it is done, and before it is committed, SQL looks at the clock
 * again.  A session that was stopped meanwhile must not do later what has been given up.
 */
#define CHANGE(call) "select status, body, etag, location, silo.in_time() from silo." call

/* clang-format off */
const struct statement statements[STATEMENTS + 1] = {
	[SQL_SIGN_IN] = {"sign_in",
		"select username, role, display_name, auth_source from silo.sign_in($1, $2, $3, $4::double precision)", 4},

	[SQL_LOCK_ACQUIRE] = {"lock_acquire",
		CHANGE("lock_acquire($1, $2, $3::integer, $4, $5::integer, $6::integer, $7::bigint,"
		       " $8::integer)"), 8},
	[SQL_LOCK_SHOW]    = {"lock_show", ANSWER("lock_show($1)"), 1},
	[SQL_LOCK_RELEASE] = {"lock_release", CHANGE("lock_release($1, $2, $3::bigint)"), 3},
	[SQL_LOCK_REQUEST] = {"lock_request", CHANGE("lock_request($1, $2)"), 2},
	[SQL_LOCK_LIST]    = {"lock_list",
		ANSWER("lock_list($1, $2, $3::integer, $4::integer, $5)"), 5},
	[SQL_LOCKS_ACQUIRE] = {"locks_acquire",
		CHANGE("locks_acquire($1::json, $2, $3::integer, $4, $5::integer, $6::integer, $7::json,"
		       " $8::integer)"), 8},
	[SQL_LOCKS_RELEASE] = {"locks_release",
		CHANGE("locks_release($1::json, $2::boolean, $3, $4::json)"), 4},

	[SQL_ITEM_LIST] = {"item_list",
		ANSWER("item_list($1, $2, $3, $4, $5, $6, $7::integer, $8, $9::integer)"), 9},
	[SQL_ITEM_CREATE]  = {"item_create", CHANGE("item_create($1::json)"), 1},
	[SQL_ITEM_SHOW]    = {"item_show", ANSWER("item_show($1)"), 1},
	[SQL_ITEM_BY_UUID] = {"item_by_uuid", ANSWER("item_by_uuid($1)"), 1},
	[SQL_ITEM_UPDATE]  = {"item_update", CHANGE("item_update($1, $2, $3::json, $4::bigint)"), 4},
	[SQL_ITEM_ARCHIVE] = {"item_archive", CHANGE("item_archive($1, $2, $3::bigint)"), 3},
	[SQL_ITEM_RESTORE] = {"item_restore", CHANGE("item_restore($1)"), 1},
	[SQL_ITEM_HISTORY] = {"item_history", ANSWER("item_history($1, $2::integer, $3)"), 3},
	[SQL_PROJECT_LIST] = {"project_list", ANSWER("project_list()"), 0},
	[SQL_PROJECT_CREATE] = {"project_create", CHANGE("project_create($1, $2)"), 2},
	[SQL_SCHEMA_LIST]  = {"schema_list", ANSWER("schema_list()"), 0},
	[SQL_SCHEMA_FORM]  = {"schema_form", ANSWER("schema_form($1)"), 1},
	[SQL_PART_NUMBER_NEXT] = {"part_number_next", ANSWER("part_number_next($1)"), 1},

	[SQL_REVISION_LIST]   = {"revision_list", ANSWER("revision_list($1, $2::integer, $3)"), 3},
	[SQL_REVISION_SHOW]   = {"revision_show", ANSWER("revision_show($1, $2::integer)"), 2},
	[SQL_REVISION_CREATE] = {"revision_create",
		CHANGE("revision_create($1, $2, $3::integer, $4, $5::json, $6::boolean, $7::bigint)"), 7},
	[SQL_REVISION_ROLLBACK] = {"revision_rollback",
		CHANGE("revision_rollback($1, $2, $3::integer, $4::integer, $5, $6::boolean, $7::bigint)"), 7},
	[SQL_UPLOAD_CHECK] = {"upload_check",
		ANSWER("upload_check($1, $2, $3::integer, $4::boolean, $5::bigint)"), 5},
	[SQL_REVISION_UPLOAD] = {"revision_upload",
		CHANGE("revision_upload($1, $2, $3::integer, $4, $5::json, $6, $7::bigint, $8, $9,"
		       " $10::bigint, $11::boolean, $12::boolean, $13::boolean, $14::bigint)"), 14},
	[SQL_FILE_SHOW] = {"file_show",
		"select filename, size, sha256, revision, created_at_http"
		" from silo.file_show($1, $2::integer)", 2},
	[SQL_THUMBNAIL_SHOW] = {"thumbnail_show",
		"select sha256, size, revision from silo.thumbnail_show($1, $2::integer)", 2},
	[SQL_THUMBNAIL_LIST] = {"thumbnail_list",
		"select part_number, revision, sha256, size from silo.thumbnail_list($1)", 1},

	[SQL_LOGIN_START] = {"login_start",
		"select password_hash, wait_seconds from silo.login_start($1, $2)", 2},
	[SQL_LOGIN_FINISH] = {"login_finish",
		ANSWER("login_finish($1, $2, $3::boolean, $4, $5::integer)"), 5},
	[SQL_LOGOUT]  = {"logout", "select silo.logout($1)", 1},
	[SQL_AUTH_ME] = {"auth_me", ANSWER("auth_me($1)"), 1},
	[SQL_TOKEN_LIST]   = {"token_list", ANSWER("token_list($1::integer, $2)"), 2},
	[SQL_TOKEN_CREATE] = {"token_create",
		CHANGE("token_create($1, $2::integer, $3, $4)"), 4},
	[SQL_TOKEN_REVOKE]    = {"token_revoke", CHANGE("token_revoke($1)"), 1},
	[SQL_PASSWORD_HASH]   = {"password_hash", "select hash from silo.password_hash() as hash", 0},
	[SQL_PASSWORD_CHANGE] = {"password_change", CHANGE("password_change($1, $2)"), 2},
	[SQL_USER_LIST]   = {"user_list", ANSWER("user_list($1::integer, $2)"), 2},
	[SQL_USER_CREATE] = {"user_create", CHANGE("user_create($1, $2, $3, $4)"), 4},
	[SQL_USER_UPDATE] = {"user_update",
		CHANGE("user_update($1, $2, $3::boolean, $4, $5)"), 5},

	[SQL_READY]   = {"ready", "select mode, sse_clients from silo.ready()", 0},
	[SQL_METRICS] = {"metrics", "select name, labels, value from silo.metrics()", 0},
	[STATEMENTS]  = {0},
};
