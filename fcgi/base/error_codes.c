/*
 * Errors: one table from machine code to status and sentence, for the routes and for silo-admin.
 * A code never changes its meaning.
 */
#include "config.h"
#include "base/error_codes.h"
#include "base/facts.h"

#include <string.h>

_Static_assert(LIMIT_part_number == 64, "the sentence of invalid_part_number names it");

/* clang-format off */
const struct error_code error_codes[] = {
	{"invalid_json",        400, "The request body is not valid JSON."},
	{"malformed_request",   400, "The request itself is malformed."}, /* said by nginx */
	{"invalid_path",        400, "The path is not encoded correctly."},
	{"invalid_query",       400, "The query is not encoded correctly or has too many parameters."},
	{"unknown_parameter",   400, "This address has no such parameter."},
	{"invalid_part_number", 400, "A part number has 1 to 64 letters, digits, dots, underscores or hyphens, does not start with a dot or hyphen, and is not by-uuid."},
	{"invalid_uuid",        400, "This is not a UUID."},
	{"invalid_length",      400, "Content-Length is not a number."},
	{"truncated_body",      400, "The request body is shorter than its Content-Length."},
	{"invalid_multipart",   400, "The multipart body is malformed."},
	{"invalid_form",        400, "The form is not encoded correctly."},
	{"missing_file",        400, "The upload contains no file."},
	{"not_signed_in",       401, "Please sign in."},
	{"wrong_credentials",   401, "The user name or the password is wrong."},
	{"role_too_low",        403, "Your role does not allow this."},
	{"not_lock_owner",      403, "Another user holds this lock."},
	{"forbidden",           403, "Requests from your address are not allowed here."}, /* said by nginx */
	{"cross_site",          403, "This request does not come from this site's own page."},
	{"wrong_password",      403, "The current password is wrong."},
	{"not_found",           404, "There is nothing at this address."},
	{"item_not_found",      404, "There is no such item."},
	{"revision_not_found",  404, "The item has no such revision."},
	{"no_file",             404, "This revision has no file."},
	{"no_thumbnail",        404, "This revision has no thumbnail."},
	{"not_locked",          404, "The item is not locked."},
	{"schema_not_found",    404, "There is no such schema."},
	{"token_not_found",     404, "You have no such token."},
	{"user_not_found",      404, "There is no such user."},
	{"method_not_allowed",  405, "This address does not support that method."},
	{"locked",              409, "Another user has locked this item."},
	{"lock_required",       409, "Lock the item before you write to it."},
	{"own_lock",            409, "You hold this lock yourself."},
	{"part_number_taken",   409, "An item with this part number already exists."},
	{"part_number_archived", 409, "An archived item has this part number. Part numbers are never reused."},
	{"project_exists",      409, "A project with this code already exists."},
	{"username_taken",      409, "A user with this name already exists."},
	{"last_admin",          409, "There must be at least one active admin."},
	{"too_many_tokens",     409, "You have too many tokens. Revoke some first."},
	{"stale_revision",      412, "The item has changed since you last read it."},
	{"other_lease",         412, "The lock you named has changed since you last saw it."},
	{"precondition_failed", 412, "The file does not match the condition of the request."}, /* said by nginx */
	{"body_too_large",      413, "The request body is larger than this server accepts."},
	{"unsupported_media_type", 415, "This address does not accept that content type."},
	{"invalid_range",       416, "The file has no such range."}, /* said by nginx */
	{"invalid_value",       422, "A value has the wrong type or is out of range."},
	{"missing_value",       422, "A required value is missing."},
	{"invalid_cursor",      422, "This cursor does not belong to this list."},
	{"wrong_checksum",      422, "The file's SHA-256 is not the one that the request names."},
	{"empty_file",          422, "The file is empty."},
	{"too_many_attempts",   429, "Too many failed attempts. Wait a moment."},
	{"too_many_requests",   429, "Too many requests. Wait a moment."},
	{"too_many_streams",    429, "You have too many open event streams. Close some first."},
	{"internal_error",      500, "The server failed. Its log says why."},
	{"not_implemented",     501, "This server does not support that transfer coding."}, /* said by nginx */
	{"unavailable",         503, "The server is not available right now. Try again in a moment."},
	{"busy",                503, "Another request is writing the item. Try again in a moment."},
	{"too_many_streams_in_all", 503, "Too many event streams are open. Try again in a moment."},
	{"server_read_only",    503, "The server is read-only right now."},
	{"vault_unavailable",   503, "Files cannot be stored right now. Try again in a moment."},
	{"file_missing",        503, "The server cannot find this file. Its log names it for the administrator."},
	{"vault_full",          507, "The server has no space left for files."},
	{NULL, 0, NULL},
};
/* clang-format on */

static const struct error_code *look_up(const char *code)
{
	for (const struct error_code *row = error_codes; row->code; row++)
		if (strcmp(row->code, code) == 0)
			return row;
	return NULL;
}

const struct error_code *error_find(const char *code)
{
	const struct error_code *row = look_up(code);

	return row ? row : look_up("internal_error");
}
