/*
 * Files between server and working folder.  Decides nothing about existing files.
 */
#include "config.h"

#include "exchange/transfer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/members.h"
#include "core/text.h"
#include "core/workfile.h"
#include "server/refusal.h"
#include "terminal/progress.h"

enum { LEFTOVER_SECONDS = 86400 };

struct revision transfer_read(struct silo *silo, const char *part_number, json_object *object)
{
	const char *sha256 = member_text(object, "sha256"),
	           *filename = member_text(object, "filename");
	const char *by = member_text(object, "created_by"),
	           *comment = member_text(object, "comment");
	bool whole = sha256 != NULL && filename != NULL && strlen(sha256) == WORKFILE_DIGEST - 1 &&
	             strspn(sha256, "0123456789abcdef") == WORKFILE_DIGEST - 1;

	return (struct revision){
	    .part_number = part_number,
	    .number = member_number(object, "revision_number", 0),
	    .filename = whole ? arena_print(silo->arena, "%s", filename) : NULL,
	    .sha256 = whole ? arena_print(silo->arena, "%s", sha256) : NULL,
	    .size = member_number(object, "size", 0),
	    .by = arena_print(silo->arena, "%s", by ? by : "?"),
	    .comment = arena_print(silo->arena, "%s", comment ? comment : ""),
	    .at = text_time(member_text(object, "created_at")),
	};
}

int transfer_head(struct silo *silo, const char *part_number, struct revision *revision)
{
	struct api_answer answer;
	json_object *rows;
	int ended = api_call(silo, "GET", api_item_path(silo, part_number, "/revisions?limit=1"),
	                     NULL, &answer);

	if (ended != SILO_DONE)
		return ended;
	rows = member_array(answer.body, "revisions");
	*revision = (struct revision){.part_number = part_number};
	if (rows != NULL && json_object_array_length(rows) > 0)
		*revision = transfer_read(silo, part_number, json_object_array_get_idx(rows, 0));
	return SILO_DONE;
}

int transfer_revision(struct silo *silo, const char *part_number, int64_t number,
                      struct revision *revision)
{
	struct api_answer answer;
	char *rest = arena_print(silo->arena, "/revisions/%lld", (long long)number);
	int ended = api_call(silo, "GET", api_item_path(silo, part_number, rest), NULL, &answer);

	if (ended == SILO_DONE)
		*revision = transfer_read(silo, part_number, answer.body);
	return ended;
}

/* Takes away what was left half-written when something was killed a day ago or longer. */
static void sweep_leftovers(struct folder *folder)
{
	static bool done;
	DIR *inner = done ? NULL : opendir(folder_inner(folder, ""));

	done = true;
	for (struct dirent *name; inner != NULL && (name = readdir(inner)) != NULL;) {
		char *path = folder_inner(folder, name->d_name);
		struct stat facts;

		if ((strncmp(name->d_name, "incoming-", 9) == 0 ||
		     (strncmp(name->d_name, "index.json.", 11) == 0 &&
		      strcmp(name->d_name, "index.json.last") != 0)) &&
		    stat(path, &facts) == 0 && facts.st_mtime < time(NULL) - LEFTOVER_SECONDS)
			(void)unlink(path);
	}
	if (inner != NULL)
		closedir(inner);
}

/* A new file for what comes in; -1 after noting a failure. */
static int open_incoming(struct folder *folder, char **path)
{
	struct silo *silo = folder->silo;
	int file;

	*path = folder_inner(folder, "incoming-XXXXXX");
	if (!workfile_make_folders(silo->arena, *path, 0777)) {
		silo_fail(silo, SILO_FAILED, "file", "can't make %s/.silo: %s", folder->root,
		          strerror(errno));
		return -1;
	}
	sweep_leftovers(folder);
	file = mkostemp(*path, O_CLOEXEC);
	if (file < 0)
		silo_fail(silo, SILO_FAILED, "file", "can't make %s: %s", *path, strerror(errno));
	return file;
}

/* Gets the content into an open file. */
static int receive(struct silo *silo, const struct revision *revision, int file)
{
	char *rest = arena_print(silo->arena, "/file/%lld", (long long)revision->number);
	struct http_request request =
	    http_request("GET", api_item_path(silo, revision->part_number, rest));
	struct http_answer got;
	struct api_answer answer;

	request.sink = file;
	request.if_range = arena_print(silo->arena, "\"%s\"", revision->sha256);
	request.progress = progress_new(silo, revision->filename);
	http_send(silo->http, &request, &got);
	progress_end(request.progress);
	return api_judge(silo, &got, &answer);
}

int transfer_fetch(struct folder *folder, const struct revision *revision, char **path)
{
	struct silo *silo = folder->silo;
	int file = open_incoming(folder, path), ended;
	char digest[WORKFILE_DIGEST] = "";
	int64_t size;
	mode_t mask = umask(0);

	umask(mask);
	if (file < 0)
		return silo->failure.exit;
	ended = receive(silo, revision, file);
	/* Read-only from the start, so that nobody edits it half-way. */
	if (ended == SILO_DONE && (fchmod(file, 0444 & ~mask) != 0 || fsync(file) != 0))
		ended = silo_fail(silo, SILO_FAILED, "file", "can't write %s: %s", *path,
		                  strerror(errno));
	close(file);
	if (ended == SILO_DONE &&
	    (!workfile_digest(*path, digest, &size) || strcmp(digest, revision->sha256) != 0))
		ended = silo_fail(silo, SILO_FAILED, "damaged",
		                  "%s revision %lld did not arrive whole: its SHA-256 differs",
		                  revision->part_number, (long long)revision->number);
	if (ended != SILO_DONE)
		(void)unlink(*path);
	return ended;
}

/* The route of an upload with what it says in the query. */
static char *upload_path(struct silo *silo, const struct upload *upload)
{
	struct arena *arena = silo->arena;

	return api_item_path(
	    silo, upload->part_number,
	    arena_print(arena, "/file?filename=%s&comment=%s&base_revision=%lld&sha256=%s%s%s",
	                text_encoded(arena, upload->filename),
	                text_encoded(arena, upload->comment ? upload->comment : ""),
	                (long long)upload->base_revision, upload->sha256,
	                upload->release ? "&release_lock=true" : "",
	                upload->lease_id > 0
	                    ? arena_print(arena, "&lease_id=%lld", (long long)upload->lease_id)
	                    : ""));
}

int transfer_send(struct silo *silo, const struct upload *upload, struct revision *made,
                  struct api_answer *answer)
{
	struct http_request request = http_request("POST", upload_path(silo, upload));
	struct http_answer got;
	int file = open(upload->disk_path, O_RDONLY | O_CLOEXEC), ended;

	if (file < 0)
		return silo_fail(silo, SILO_FAILED, "file", "can't read %s: %s", upload->disk_path,
		                 strerror(errno));
	request.upload = file;
	request.upload_size = upload->size;
	request.content_type = "application/octet-stream";
	/* The server knows a repeated upload by content, base and caller: no second revision. */
	request.repeatable = true;
	request.lasting = refusal_is_lasting;
	request.progress = progress_new(silo, upload->filename);
	http_send(silo->http, &request, &got);
	progress_end(request.progress);
	close(file);
	ended = api_judge(silo, &got, answer);
	if (ended == SILO_DONE)
		*made = transfer_read(silo, upload->part_number, answer->body);
	if (ended == SILO_DONE &&
	    (made->sha256 == NULL || strcmp(made->sha256, upload->sha256) != 0))
		return silo_fail(silo, SILO_FAILED, "bad_answer",
		                 "the server did not confirm the content of %s", upload->filename);
	return ended;
}
