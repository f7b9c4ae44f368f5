/*
 * File routes: uploads into the vault, downloads and thumbnails out of it by nginx
 * (X-Accel-Redirect).  HTTP in, SQL function out; no rule about items lives here.
 */
#include "config.h"
#include "api/routes/readers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "api/rule.h"
#include "api/upload.h"
#include "http/query.h"
#include "base/log.h"

static const char *flag(bool value)
{
	return value ? "true" : "false";
}

/*
 * Would this upload be refused now?  The answer holds only for a moment; revision_upload judges
 * again.
 */
static bool check(struct request *rq, const struct upload *upload)
{
	return rule_call(rq, &sql_upload_check,
	                 VALUES(request_value(rq, "pn"), request_if_match(rq),
	                        upload->base_revision, flag(rq->context->settings->require_lock),
	                        upload->lease_id)) != NULL;
}

static struct response *commit(struct request *rq, const struct upload *upload)
{
	const bool with_thumbnail = upload->thumbnail != NULL;

	return rule_answer(
	    rq, &rq->context->route->call,
	    VALUES(request_value(rq, "pn"), request_if_match(rq), upload->base_revision,
	           upload->comment, upload->properties, upload->filename,
	           arena_print(rq->arena, "%" PRId64, upload->blob.size), upload->blob.sha256,
	           with_thumbnail ? upload->thumbnail_blob.sha256 : NULL,
	           with_thumbnail ? arena_print(rq->arena, "%" PRId64, upload->thumbnail_blob.size)
	                          : NULL,
	           flag(upload->release_lock), flag(upload->force),
	           flag(rq->context->settings->require_lock), upload->lease_id));
}

/*
 * Checked three times: before the body is read (a refusal costs nothing), before the file gets its
 * name (the base may be a field of the body, and a lock may have been taken meanwhile), and with
 * the row, which decides.
 */
struct response *file_upload(struct request *rq)
{
	struct upload *upload = arena_take(rq->arena, sizeof *upload);
	struct response *rs;

	if (!upload_begin(rq, upload) || !check(rq, upload) || !upload_receive(upload) ||
	    !check(rq, upload))
		return rq->failure;
	if (!upload_place(upload)) {
		upload_discard(upload);
		return rq->failure;
	}
	rs = commit(rq, upload);
	/* Only a 4xx is a definite refusal; after a lost connection the row may exist. */
	if (rs->status >= 400 && rs->status < 500)
		upload_discard(upload);
	return rs;
}

/*
 * Lets nginx send a file of the vault, or says that it is gone.  It doesn't read the bytes
 * (`silo-admin verify` does that), but never sends a truncated file.
 */
static struct response *send_blob(struct request *rq, const PGresult *row, const char *content_type)
{
	const char *sha256 = rule_value(row, "sha256");
	const char *prefix = request_param(rq, "SCRIPT_NAME");
	struct vault *vault = upload_vault(rq);
	struct response *rs;
	char path[VAULT_PATH];
	bool found;
	int64_t size = 0;

	if (!vault || !rule_has_row(rq, &rq->context->route->call, row))
		return rq->failure;
	found = vault_path(sha256, path) && vault_find(vault, sha256, &size);
	if (!found || size != strtoll(rule_value(row, "size"), NULL, 10)) {
		log_event(LOG_LEVEL_ERROR, found ? "file_damaged" : "file_missing", "request_id",
		          rq->id, "sha256", sha256, "part_number", request_value(rq, "pn"),
		          "revision", rule_value(row, "revision"), NULL);
		return error_answer(rq, "file_missing");
	}
	rs = response_new(rq, 200);
	rs->content_type = content_type;
	response_header(rq, rs, "X-Silo-Revision", rule_value(row, "revision"));
	/* Clients ask every time and get 304: who may read can change. */
	response_header(rq, rs, "Cache-Control", "private, no-cache");
	response_tag(rq, rs, sha256);
	if (rs->status == 200)
		response_header(
		    rq, rs, "X-Accel-Redirect",
		    arena_print(rq->arena, "%s/_silo_vault/%s", prefix ? prefix : "", path));
	return rs;
}

struct response *file_download(struct request *rq, PGresult *rows)
{
	struct response *rs = send_blob(rq, rows, "application/octet-stream");
	const char *filename = rule_value(rows, "filename");

	if (rs->status == 200)
		response_header(rq, rs, "Content-Disposition",
		                response_attachment(rq, filename ? filename : "file"));
	return rs;
}

struct response *thumbnail_download(struct request *rq, PGresult *rows)
{
	return send_blob(rq, rows, "image/png");
}
