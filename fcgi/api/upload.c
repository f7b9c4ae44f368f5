/*
 * Uploads: fields and bytes in, a sealed file out.
 */
#include "config.h"
#include "api/upload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/filename.h"
#include "base/utf8.h"
#include "api/context.h"
#include "api/members.h"
#include "http/errors.h"
#include "process/metrics.h"
#include "http/multipart.h"
#include "base/log.h"
#include "base/facts.h"

enum { PIECE = 65536 };

static bool refuse(struct upload *upload, struct response *answer)
{
	upload->rq->failure = answer;
	return false;
}

static bool invalid(struct upload *upload, const char *field, const char *must_be)
{
	return refuse(upload, error_value(upload->rq, field, must_be));
}

/* A disk fault; logged here, where it is handled.  Returns false, so that callers can return it. */
static bool vault_failed(struct upload *upload, enum vault_outcome outcome, const char *doing)
{
	struct request *rq = upload->rq;
	const char *code = outcome == VAULT_FULL ? "vault_full" : "vault_unavailable";

	if (outcome == VAULT_TOO_LARGE)
		return refuse(upload, error_answer(rq, "body_too_large"));
	log_event(LOG_LEVEL_ERROR, code, "request_id", rq->id, "vault",
	          rq->context->settings->vault, "doing", doing, "reason", strerror(errno), NULL);
	return refuse(upload, error_answer(rq, code));
}

/* ---- what it says ---------------------------------------------------------------------------- */

static bool take_comment(struct upload *upload, const char *value, size_t length)
{
	ptrdiff_t characters = utf8_length(value, length);

	if (characters < 0 || characters > LIMIT_revision_comment)
		return refuse(upload,
		              error_length(upload->rq, "comment", 0, LIMIT_revision_comment));
	upload->comment = arena_copy(upload->rq->arena, value, length);
	return true;
}

/* A whole number in the range, kept as text. */
static bool take_number(struct upload *upload, const char *name, int64_t least, int64_t most,
                        const char *value, size_t length, const char **kept)
{
	intmax_t number = -1;

	if (length > 0 && length <= 18 && strspn(value, "0123456789") == length)
		number = strtoimax(value, NULL, 10);
	if (number < least || number > most)
		return refuse(upload, error_range(upload->rq, name, least, most));
	*kept = arena_copy(upload->rq->arena, value, length);
	return true;
}

static bool take_base_revision(struct upload *upload, const char *value, size_t length)
{
	return take_number(upload, "base_revision", 0, INT32_MAX, value, length,
	                   &upload->base_revision);
}

static bool take_lease_id(struct upload *upload, const char *value, size_t length)
{
	return take_number(upload, "lease_id", 1, LEASE_ID_MOST, value, length, &upload->lease_id);
}

static bool take_properties(struct upload *upload, const char *value, size_t length)
{
	json_object *object;

	if (length == 0)
		return true;
	if (!body_parse(upload->rq, value, length, &object))
		return false;
	if (!json_object_is_type(object, json_type_object) || !body_numbers_are_exact(object))
		return invalid(upload, "properties", "an object " BODY_EXACT_NUMBERS);
	upload->properties = arena_copy(upload->rq->arena, value, length);
	return true;
}

static bool take_sha256(struct upload *upload, const char *value, size_t length)
{
	char *hex = arena_copy(upload->rq->arena, value, length), *at;

	for (at = hex; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'F')
			*at = (char)(*at + ('a' - 'A'));
	if (length != VAULT_HEX || strspn(hex, "0123456789abcdef") != VAULT_HEX)
		return invalid(upload, "sha256", "64 hexadecimal digits");
	upload->sha256 = hex;
	return true;
}

/* The same words as in a query; a browser's checkbox sends "on". */
static bool read_flag(const char *value, bool *flag)
{
	static const char *const yes[] = {"true", "1", "yes", "on"};
	static const char *const no[] = {"false", "0", "no", ""};

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
			*flag = strcmp(value, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

static bool take_release_lock(struct upload *upload, const char *value, size_t length)
{
	(void)length;
	return read_flag(value, &upload->release_lock) ||
	       invalid(upload, "release_lock", "true or false");
}

static bool take_force(struct upload *upload, const char *value, size_t length)
{
	(void)length;
	return read_flag(value, &upload->force) || invalid(upload, "force", "true or false");
}

/* Every field of an upload, in the query or in the body; others are ignored. */
static const struct {
	const char *name;
	bool (*take)(struct upload *upload, const char *value, size_t length);
} words[] = {
    {"comment", take_comment},       {"base_revision", take_base_revision},
    {"properties", take_properties}, {"release_lock", take_release_lock},
    {"sha256", take_sha256},         {"force", take_force},
    {"lease_id", take_lease_id},
};

enum { WORDS = sizeof words / sizeof *words };

static bool take_filename(struct upload *upload, const char *sent, size_t length)
{
	const char *why, *name = filename_clean(sent, length, &why);

	if (!name)
		return invalid(
		    upload, "filename",
		    arena_print(upload->rq->arena, "a name that every system takes: %s", why));
	upload->filename = arena_copy(upload->rq->arena, name, strlen(name));
	return true;
}

/* ---- the file -------------------------------------------------------------------------------- */

static bool begin_file(struct upload *upload)
{
	upload->file =
	    vault_begin(upload->vault, upload->rq->context->settings->upload_limit_bytes);
	return upload->file || vault_failed(upload, vault_outcome_of(errno), "begin");
}

static bool write_file(struct upload *upload, const char *bytes, size_t length)
{
	enum vault_outcome outcome = vault_write(upload->file, bytes, length);

	return outcome == VAULT_OK || vault_failed(upload, outcome, "write");
}

static ssize_t read_request(void *from, char *into, size_t most)
{
	return request_read(from, into, most);
}

static bool broken(struct upload *upload)
{
	return refuse(upload, error_answer(upload->rq, "truncated_body"));
}

static bool receive_raw(struct upload *upload)
{
	struct request *rq = upload->rq;
	char *piece = arena_take(rq->arena, PIECE);
	const char *filename = request_query(rq, "filename");
	ptrdiff_t got;

	if (!take_filename(upload, filename ? filename : "", filename ? strlen(filename) : 0) ||
	    !begin_file(upload))
		return false;
	while ((got = request_read(rq, piece, PIECE)) > 0)
		if (!write_file(upload, piece, (size_t)got))
			return false;
	return got == 0 || broken(upload);
}

static bool on_field(void *to, const char *name, const char *value, size_t length)
{
	struct upload *upload = to;

	for (unsigned i = 0; i < WORDS; i++) {
		if (strcmp(name, words[i].name) != 0)
			continue;
		if ((upload->given & 1U << i) != 0)
			return refuse(upload, error_saying(upload->rq, "invalid_multipart",
			                                   "A field is given twice.", NULL));
		upload->given |= 1U << i;
		return words[i].take(upload, value, length);
	}
	return true;
}

static bool on_file_begin(void *to, const char *filename, size_t length)
{
	return take_filename(to, filename, length) && begin_file(to);
}

static bool on_file_bytes(void *to, const char *bytes, size_t length)
{
	return write_file(to, bytes, length);
}

static bool receive_multipart(struct upload *upload, const char *boundary)
{
	const struct multipart_sink sink = {upload, on_field, on_file_begin, on_file_bytes};
	const struct reader reader = {read_request, upload->rq};
	const char *why;

	switch (multipart_read(&reader, boundary, &sink, &why)) {
	case MULTIPART_DONE:
		break;
	case MULTIPART_MALFORMED:
		return refuse(upload, error_saying(upload->rq, "invalid_multipart", why, NULL));
	case MULTIPART_BROKEN:
		return broken(upload);
	case MULTIPART_STOPPED:
		return false;
	case MULTIPART_NO_MEMORY:
		errno = ENOMEM;
		return vault_failed(upload, VAULT_FAILED, "multipart");
	}
	return upload->file || refuse(upload, error_answer(upload->rq, "missing_file"));
}

/* ---- from begin to discard ------------------------------------------------------------------- */

static void close_vault(void *vault)
{
	vault_close(vault);
}

/* Opened for each request: it costs two system calls, and a remounted vault is found again. */
struct vault *upload_vault(struct request *rq)
{
	struct vault *vault = vault_open(rq->context->settings->vault);

	if (!vault) {
		struct upload upload = {.rq = rq};

		vault_failed(&upload, VAULT_FAILED, "open");
		return NULL;
	}
	arena_tie(rq->arena, close_vault, vault);
	return vault;
}

/* Runs before the vault is closed: things tied last are released first. */
static void end(void *of)
{
	struct upload *upload = of;

	vault_abandon(upload->thumbnail);
	vault_abandon(upload->file);
}

bool upload_begin(struct request *rq, struct upload *upload)
{
	*upload = (struct upload){.rq = rq};
	for (int i = 0; i < WORDS; i++) {
		const char *value = request_query(rq, words[i].name);

		if (value && !words[i].take(upload, value, strlen(value)))
			return false;
	}
	return true;
}

static bool open_vault(struct upload *upload)
{
	struct request *rq = upload->rq;

	/* The headers of a multipart body take some bytes besides the file. */
	if (rq->content_length >
	    rq->context->settings->upload_limit_bytes + (int64_t)MULTIPART_PARTS * MULTIPART_FIELD)
		return vault_failed(upload, VAULT_TOO_LARGE, "begin");
	upload->vault = upload_vault(rq);
	if (!upload->vault)
		return false;
	arena_tie(rq->arena, end, upload);
	return true;
}

/* Checks that the bytes sent are the ones meant. */
static bool check_content(struct upload *upload)
{
	if (upload->blob.size == 0)
		return refuse(upload, error_field(upload->rq, "empty_file", "file"));
	if (upload->sha256 && strcmp(upload->sha256, upload->blob.sha256) != 0)
		return refuse(upload, error_field(upload->rq, "wrong_checksum", "sha256"));
	return true;
}

bool upload_receive(struct upload *upload)
{
	char boundary[MULTIPART_BOUNDARY + 1];
	const char *why;
	enum vault_outcome outcome;

	if (!open_vault(upload))
		return false;
	if (multipart_boundary(request_param(upload->rq, "CONTENT_TYPE"), boundary, &why)) {
		if (!receive_multipart(upload, boundary))
			return false;
	} else if (why) {
		return refuse(upload, error_saying(upload->rq, "invalid_multipart", why, NULL));
	} else if (!receive_raw(upload)) {
		return false;
	}
	outcome = vault_seal(upload->file, &upload->blob);
	if (outcome != VAULT_OK)
		return vault_failed(upload, outcome, "seal");
	return check_content(upload);
}

/* The vault's copy of this content was damaged; now all its items have it back. */
static void note_healed(struct upload *upload, const struct vault_writer *writer,
                        const struct vault_blob *blob)
{
	const char *fault = vault_healed(writer);

	if (!fault)
		return;
	metrics_count_healed();
	log_event(LOG_LEVEL_WARNING, "vault_healed", "request_id", upload->rq->id, "sha256",
	          blob->sha256, "size", arena_print(upload->rq->arena, "%" PRId64, blob->size),
	          "was", fault, NULL);
}

/* Stores the picture; if that fails, the revision has none. */
static void place_thumbnail(struct upload *upload)
{
	if (vault_thumbnail(upload->file, &upload->thumbnail, &upload->thumbnail_blob) != VAULT_OK)
		log_event(LOG_LEVEL_WARNING, "thumbnail_lost", "request_id", upload->rq->id,
		          "reason", strerror(errno), NULL);
	if (upload->thumbnail)
		note_healed(upload, upload->thumbnail, &upload->thumbnail_blob);
}

bool upload_place(struct upload *upload)
{
	enum vault_outcome outcome;

	place_thumbnail(upload);
	outcome = vault_place(upload->file);
	if (outcome != VAULT_OK)
		return vault_failed(upload, outcome, "place");
	note_healed(upload, upload->file, &upload->blob);
	return true;
}

void upload_discard(struct upload *upload)
{
	if (upload->thumbnail)
		vault_discard(upload->thumbnail);
	vault_discard(upload->file);
}
