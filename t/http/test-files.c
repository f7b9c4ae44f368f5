/*
 * Files over HTTP, through the real nginx, workers and Postgres: uploads, downloads, thumbnails,
 * and that a refused or broken upload leaves nothing.
 */
#include "config.h"
#include "files-client.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include "raw-fastcgi.h"
#include "zip-writer.h"

#define HEAD_OF_FILE(names) "--b\r\nContent-Disposition: form-data; " names "\r\n\r\n"
#define FIELD(name, value)                                                                         \
	"--b\r\nContent-Disposition: form-data; name=" name "\r\n\r\n" value "\r\n"
#define FILE_PART(names, bytes) HEAD_OF_FILE(names) bytes "\r\n"
#define END                     "--b--\r\n"
#define LITERAL(text)           text, sizeof text - 1
#define SHA_OF_ABC              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* ---- there and back -------------------------------------------------------------------------- */

/* The whole file, mapped; the test's process ends soon enough to leave it so. */
static struct buffer read_whole(int folder, const char *name)
{
	int file = openat(folder, name, O_RDONLY);
	struct stat about;
	struct buffer whole;

	ck_assert_int_eq(fstat(file, &about), 0);
	whole.length = (size_t)about.st_size;
	whole.at = malloc(whole.length);
	ck_assert_int_eq(read(file, whole.at, whole.length), about.st_size);
	close(file);
	return whole;
}

static void round_trip(int folder, const char *name)
{
	struct buffer whole = read_whole(folder, name);
	const char *item = new_item();
	char sha256[65], path[600];
	char *escaped = curl_easy_escape(NULL, name, 0);

	snprintf(path, sizeof path, "file?filename=%s&comment=from%%20CAD", escaped);
	call("ALICE", "POST", at_item(item, path), whole.at, whole.length,
	     "Content-Type: application/octet-stream");
	ck_assert_msg(answer.status == 201, "%s: %s", name, answer.body.at);
	ck_assert_str_eq(member("filename"), name);
	ck_assert_str_eq(member("comment"), "from CAD");
	snprintf(sha256, sizeof sha256, "%s", member("sha256"));
	bool with_thumbnail = strcmp(member("has_thumbnail"), "true") == 0;
	ck_assert_int_eq(get("VERA", at_item(item, "file"), NULL), 200);
	ck_assert_uint_eq(answer.body.length, whole.length);
	ck_assert_int_eq(memcmp(answer.body.at, whole.at, whole.length), 0);
	ck_assert(memmem(header_of("ETag"), strlen(header_of("ETag")), sha256, 64) != NULL);
	get("VERA", at_item(item, "thumbnail"), NULL);
	if (with_thumbnail) {
		ck_assert_int_eq(answer.status, 200);
		ck_assert_str_eq(header_of("Content-Type"), "image/png");
		ck_assert_int_eq(memcmp(answer.body.at, PNG_SIGNATURE, 8), 0);
	} else {
		expect(404, "no_thumbnail");
	}
	curl_free(escaped);
	free(whole.at);
}

START_TEST(real_cad_files_come_back_byte_for_byte)
{
	char path[PATH_MAX + 20];
	DIR *folder;
	struct dirent *entry;
	int files = 0;

	snprintf(path, sizeof path, "%s/../shared/cad", stack_top);
	folder = opendir(getenv("SILO_CAD") != NULL ? getenv("SILO_CAD") : path);
	if (folder == NULL) {
		fprintf(stderr, "SKIP: no CAD files at %s (SILO_CAD names another folder)\n", path);
		return;
	}
	while ((entry = readdir(folder)) != NULL)
		if (strstr(entry->d_name, ".FCStd") != NULL) {
			round_trip(dirfd(folder), entry->d_name);
			files++;
		}
	closedir(folder);
	ck_assert_int_gt(files, 0);
	ck_assert_int_eq(files_in_vault("tmp"), 0);
}
END_TEST

START_TEST(a_form_as_existing_clients_send_it_makes_a_revision)
{
	const char *item = new_item();
	struct bytes png = small_png(), body = {0}, file;
	struct entry entry = {"thumbnails/Thumbnail.png", png.at, png.length, png.length, 0, 0, 0};

	entry.crc = (uint32_t)crc32(0, png.at, (uInt)png.length);
	file = archive(&entry, 1);
	put(&body, LITERAL(FIELD("comment", "für alle") FIELD("base_revision", "0")));
	put(&body,
	    LITERAL(HEAD_OF_FILE("name=\"file\"; filename=\"C:\\x\\Gehäuse \\\"1\\\".FCStd\"")));
	put(&body, file.at, file.length);
	put(&body, LITERAL("\r\n" FIELD("properties", "{\"mass\": 1.5}") END));
	upload_form("ALICE", item, body.at, body.length);
	ck_assert_msg(answer.status == 201, "%s", answer.body.at);
	ck_assert_str_eq(member("comment"), "für alle");
	ck_assert_str_eq(member("filename"), "Gehäuse \"1\".FCStd");
	ck_assert_str_eq(member("has_thumbnail"), "true");
	ck_assert(strstr(member("properties"), "1.5") != NULL);
	ck_assert(strstr(header_of("Location"), "/api/items/") != NULL);

	ck_assert_int_eq(get("VERA", at_item(item, "thumbnail"), NULL), 200);
	ck_assert_uint_eq(answer.body.length, png.length);
	ck_assert_int_eq(memcmp(answer.body.at, png.at, png.length), 0);

	ck_assert_int_eq(get("VERA", at_item(item, "file"), NULL), 200);
	ck_assert_int_eq(memcmp(answer.body.at, file.at, file.length), 0);
	ck_assert_str_eq(header_of("Content-Disposition"),
	                 "attachment; filename=\"Geh__use _1_.FCStd\"; "
	                 "filename*=UTF-8''Geh%C3%A4use%20%221%22.FCStd");
	ck_assert_str_eq(header_of("Content-Type"), "application/octet-stream");
	free(file.at);
	free(body.at);
	free(png.at);
}
END_TEST

START_TEST(every_revision_keeps_its_own_file)
{
	const char *item = new_item();
	char first[20], rest[40];

	ck_assert_int_eq(upload_text("ALICE", item, "one", ""), 201);
	snprintf(first, sizeof first, "%s", member("revision_number"));
	ck_assert_int_eq(upload_text("BOB", item, "two", ""), 201);
	snprintf(rest, sizeof rest, "file/%s", first);
	ck_assert_int_eq(get("VERA", at_item(item, rest), NULL), 200);
	ck_assert_str_eq(answer.body.at, "one");
	ck_assert_str_eq(header_of("X-Silo-Revision"), first);
	ck_assert_int_eq(get("VERA", at_item(item, "file"), NULL), 200);
	ck_assert_str_eq(answer.body.at, "two");
	ck_assert_int_eq(get("VERA", at_item(item, "file/99"), NULL), 404);
	ck_assert_int_eq(get("VERA", at_item(item, "file/0"), NULL), 404);
	ck_assert_int_eq(get("VERA", at_item(item, "thumbnail/99"), NULL), 404);
}
END_TEST

START_TEST(the_same_content_is_no_new_revision_unless_forced)
{
	const char *item = new_item();
	char first[20];

	ck_assert_int_eq(upload_text("ALICE", item, "same", ""), 201);
	snprintf(first, sizeof first, "%s", member("revision_number"));
	ck_assert_int_eq(upload_text("ALICE", item, "same", ""), 200);
	ck_assert_str_eq(member("revision_number"), first);
	ck_assert_int_eq(upload_text("ALICE", item, "same", "&force=true"), 201);
	ck_assert_str_ne(member("revision_number"), first);
}
END_TEST

START_TEST(what_the_client_has_is_not_sent_again)
{
	const char *item = new_item();

	upload_text("ALICE", item, "abc", "");
	ck_assert_int_eq(get("VERA", at_item(item, "file"), "If-None-Match: \"" SHA_OF_ABC "\""),
	                 304);
	ck_assert_str_eq(header_of("ETag"), "\"" SHA_OF_ABC "\"");
	ck_assert_uint_eq(answer.body.length, 0);
	ck_assert_int_eq(get("VERA", at_item(item, "file"), "If-None-Match: \"other\""), 200);
	ck_assert_str_eq(header_of("ETag"), "\"" SHA_OF_ABC "\"");
	ck_assert_int_eq(
	    get("VERA", at_item(item, "file"), "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"),
	    200);
	ck_assert_int_eq(call("VERA", "HEAD", at_item(item, "file"), NULL, 0, NULL), 200);
	ck_assert_str_eq(header_of("Content-Length"), "3");
	ck_assert_str_eq(header_of("X-Silo-Revision")[0] != '\0' ? "yes" : "no", "yes");
	ck_assert_str_eq(header_of("Cache-Control"), "private, no-cache");
	ck_assert_str_eq(header_of("X-Accel-Redirect"), "");
}
END_TEST

START_TEST(ranges_hold_while_the_content_is_the_same)
{
	const char *item = new_item();

	upload_text("ALICE", item, "0123456789", "");
	ck_assert_int_eq(get("VERA", at_item(item, "file"), "Range: bytes=2-4"), 206);
	ck_assert_str_eq(answer.body.at, "234");
	ck_assert_str_eq(header_of("Content-Range"), "bytes 2-4/10");
	ck_assert_int_eq(get("VERA", at_item(item, "file"), "Range: bytes=20-"), 416);
	get("VERA", at_item(item, "file"), NULL);
	{
		char range[200];

		/* Two headers in one: this client takes only one line. */
		snprintf(range, sizeof range, "Range: bytes=2-4\r\nIf-Range: %s",
		         header_of("ETag"));
		ck_assert_int_eq(get("VERA", at_item(item, "file"), range), 206);
		ck_assert_int_eq(
		    get("VERA", at_item(item, "file"), "Range: bytes=2-4\r\nIf-Range: \"other\""),
		    200);
		ck_assert_str_eq(answer.body.at, "0123456789");
	}
}
END_TEST

START_TEST(the_vault_cannot_be_reached_from_outside)
{
	upload_text("ALICE", new_item(), "abc", "");
	ck_assert_int_eq(get("ADA", "/_silo_vault/ba/78/" SHA_OF_ABC, NULL), 404);
}
END_TEST

/* ---- refused, and nothing stored --------------------------------------------------------------
 */

static const struct {
	const char *query; /* after filename=a.txt */
	long status;
	const char *code, *field;
} wrong_words[] = {
    {"&base_revision=x", 422, "invalid_value", "base_revision"},
    {"&base_revision=-1", 422, "invalid_value", "base_revision"},
    {"&base_revision=2147483648", 422, "invalid_value", "base_revision"},
    {"&base_revision=77", 412, "stale_revision", NULL},
    {"&release_lock=maybe", 422, "invalid_value", "release_lock"},
    {"&sha256=abc", 422, "invalid_value", "sha256"},
    {"&sha256=" SHA_OF_ABC, 422, "wrong_checksum", "sha256"},
    {"&comment=%ff", 422, "invalid_value", "comment"},
};

START_TEST(wrong_words_are_named_and_nothing_is_stored)
{
	const char *item = new_item();
	int files = files_in_vault("");

	upload_text("ALICE", item, "never stored", wrong_words[_i].query);
	if (answer.status != 400 || strstr(wrong_words[_i].query, "%ff") == NULL)
		expect(wrong_words[_i].status, wrong_words[_i].code);
	if (wrong_words[_i].field != NULL && answer.status == 422)
		ck_assert_str_eq(member("field"), wrong_words[_i].field);
	expect_files(files);
}
END_TEST

static const struct {
	const char *body;
	size_t length;
	long status;
	const char *code;
} wrong_bodies[] = {
    {LITERAL(HEAD_OF_FILE("name=f; filename=a") "cut"), 400, "invalid_multipart"},
    {LITERAL(FILE_PART("name=f; filename=a", "cut") "--b"), 400, "invalid_multipart"},
    {LITERAL(FILE_PART("name=f; filename=a", "1") FILE_PART("name=g; filename=b", "2") END), 400,
     "invalid_multipart"},
    {LITERAL("not a form"), 400, "invalid_multipart"},
    {LITERAL(FIELD("comment", "but no file") END), 400, "missing_file"},
    {LITERAL(FIELD("comment", "1") FIELD("comment", "2") END), 400, "invalid_multipart"},
    {LITERAL(FILE_PART("name=f; filename=a", "") END), 422, "empty_file"},
    {LITERAL(FILE_PART("name=f; filename=\"a/..\"", "x") END), 422, "invalid_value"},
    {LITERAL(FILE_PART("name=f; filename=\"\"", "x") END), 422, "invalid_value"},
    {LITERAL(FILE_PART("name=f; filename=\"a\xff\"", "x") END), 422, "invalid_value"},
    {LITERAL(FILE_PART("name=f; filename=a", "x") FIELD("base_revision", "99") END), 412,
     "stale_revision"},
    {LITERAL(FILE_PART("name=f; filename=a", "x") FIELD("sha256", SHA_OF_ABC) END), 422,
     "wrong_checksum"},
    {LITERAL(FILE_PART("name=f; filename=a", "x") FIELD("properties", "[]") END), 422,
     "invalid_value"},
    {LITERAL(FILE_PART("name=f; filename=a", "x") FIELD("properties", "{") END), 400,
     "invalid_json"},
};

START_TEST(wrong_forms_are_refused_and_nothing_is_stored)
{
	const char *item = new_item();
	int files = files_in_vault("");

	upload_form("ALICE", item, wrong_bodies[_i].body, wrong_bodies[_i].length);
	expect(wrong_bodies[_i].status, wrong_bodies[_i].code);
	expect_files(files);
	ck_assert_int_eq(get("VERA", at_item(item, "file"), NULL), 404);
}
END_TEST

START_TEST(the_limit_is_exact_raw_and_in_a_form)
{
	enum { LIMIT = 3000000 };
	const char *item = new_item();
	char *large = calloc(1, LIMIT + 1);
	struct bytes form = {0};
	int files = files_in_vault("");

	call("ALICE", "POST", at_item(item, "file?filename=l"), large, LIMIT + 1,
	     "Content-Type: a/b");
	expect(413, "body_too_large");
	put(&form, LITERAL(HEAD_OF_FILE("name=f; filename=l")));
	put(&form, large, LIMIT + 1);
	put(&form, LITERAL("\r\n" END));
	upload_form("ALICE", item, form.at, form.length);
	expect(413, "body_too_large");
	expect_files(files);
	call("ALICE", "POST", at_item(item, "file?filename=l"), large, LIMIT, "Content-Type: a/b");
	ck_assert_int_eq(answer.status, 201);
	free(form.at);
	free(large);
}
END_TEST

START_TEST(only_who_may_write_gets_as_far_as_the_vault)
{
	const char *item = new_item();
	int files = files_in_vault("");

	upload_text("VERA", item, "never stored", "");
	expect(403, "role_too_low");
	upload_text(NULL, item, "never stored", "");
	expect(401, "not_signed_in");
	upload_text("ALICE", "NO-SUCH-1", "never stored", "");
	expect(404, "item_not_found");
	expect_files(files);
	ck_assert_int_eq(get(NULL, at_item(item, "file"), NULL), 401);
}
END_TEST

static void lock_as(const char *user, const char *item)
{
	call(user, "POST", at_item(item, "lock"), "{}", 2, "Content-Type: application/json");
	ck_assert_int_eq(answer.status, 201);
}

START_TEST(an_item_locked_by_another_takes_no_file)
{
	const char *item = new_item();
	int files = files_in_vault("");

	lock_as("BOB", item);
	upload_text("ALICE", item, "never stored", "");
	expect(409, "locked");
	ck_assert(strstr(member("lock"), "\"bob\"") != NULL);
	upload_text("ADA", item, "never stored", "");
	expect(409, "locked");
	expect_files(files);
	ck_assert_int_eq(upload_text("BOB", item, "his", ""), 201);
}
END_TEST

START_TEST(the_lock_goes_with_the_upload_only_when_asked)
{
	const char *item = new_item();

	lock_as("BOB", item);
	upload_text("BOB", item, "one", "");
	get("BOB", at_item(item, "lock"), NULL);
	ck_assert_str_eq(member("locked"), "true");
	upload_text("BOB", item, "two", "&release_lock=true");
	get("BOB", at_item(item, "lock"), NULL);
	ck_assert_str_eq(member("locked"), "false");
}
END_TEST

START_TEST(a_stale_if_match_is_refused_with_the_newest_revision)
{
	const char *item = new_item();
	char tag[200];
	int files;

	snprintf(tag, sizeof tag, "/api/items/%s", item);
	get("ALICE", tag, NULL);
	snprintf(tag, sizeof tag, "If-Match: %s", header_of("ETag"));
	ck_assert_int_eq(upload_text("BOB", item, "first", ""), 201);
	files = files_in_vault("");
	call("ALICE", "POST", at_item(item, "file?filename=a"), LITERAL("second"), tag);
	expect(412, "stale_revision");
	ck_assert(strstr(member("revision"), "\"bob\"") != NULL || atoi(member("revision")) > 0);
	expect_files(files);
}
END_TEST

/* ---- in the middle of an upload ---------------------------------------------------------------
 */

/* Starts an upload straight at a worker and sends half of the body. */
static int half_upload(const char *item, const char *filename)
{
	char query[100];
	int upload, tries;

	snprintf(query, sizeof query, "filename=%s", filename);
	upload =
	    raw_begin(env("SILO_API_SOCKET"), at_item(item, "file"), query, env("TOKEN_ALICE"), 20);
	ck_assert_int_ge(upload, 0);
	ck_assert_int_eq(raw_record(upload, FCGI_INPUT, "0123456789", 10), 0);
	for (tries = 0; files_in_vault("tmp") == 0 && tries < 500; tries++)
		usleep(10000);
	ck_assert_int_eq(files_in_vault("tmp"), 1);
	return upload;
}

START_TEST(a_lock_taken_while_the_upload_runs_counts)
{
	const char *item = new_item();
	int files = files_in_vault(""), upload = half_upload(item, "late.txt");
	char text[8000];

	lock_as("BOB", item);
	raw_record(upload, FCGI_INPUT, "abcdefghij", 10);
	ck_assert_uint_gt(raw_end(upload, text, sizeof text), 0);
	ck_assert_msg(strstr(text, "Status: 409") != NULL, "%s", text);
	expect_files(files);
}
END_TEST

START_TEST(a_body_shorter_than_announced_is_refused)
{
	const char *item = new_item();
	int files = files_in_vault(""), upload = half_upload(item, "short.txt");
	char text[8000];

	ck_assert_uint_gt(raw_end(upload, text, sizeof text), 0);
	ck_assert_msg(strstr(text, "Status: 400") != NULL, "%s", text);
	expect_files(files);
}
END_TEST

START_TEST(a_client_that_goes_away_leaves_nothing)
{
	const char *item = new_item();
	int files = files_in_vault(""), upload = half_upload(item, "gone.txt");

	close(upload);
	expect_files(files);
	ck_assert_int_eq(get("VERA", at_item(item, "file"), NULL), 404);
}
END_TEST

/* The worker that has the upload: the one of the master's children with a file open in tmp/. */
static pid_t worker_with_upload(void)
{
	char line[1000], found[40] = "";
	FILE *pipe;

	snprintf(line, sizeof line,
	         "for p in $(pgrep -P %s); do ls -l /proc/$p/fd 2>/dev/null | grep -q '%s/tmp/' && "
	         "echo $p; done",
	         env("SILO_API_PID"), "vault");
	pipe = popen(line, "r");
	if (fgets(found, sizeof found, pipe) == NULL)
		found[0] = '\0';
	pclose(pipe);
	return atoi(found);
}

START_TEST(a_worker_killed_in_the_middle_leaves_the_old_revision)
{
	const char *item = new_item();
	char text[100], revision[20];
	int upload, tries;
	pid_t worker;

	ck_assert_int_eq(upload_text("ALICE", item, "acknowledged", ""), 201);
	snprintf(revision, sizeof revision, "%s", member("revision_number"));
	upload = half_upload(item, "killed.txt");
	worker = worker_with_upload();
	ck_assert_int_gt(worker, 1);
	ck_assert_int_eq(kill(worker, SIGKILL), 0);
	ck_assert_uint_eq(raw_end(upload, text, sizeof text), 0);

	/* The others answer at once; the old revision is whole; only tmp/ has the rest. */
	ck_assert_int_eq(get("VERA", at_item(item, "file"), NULL), 200);
	ck_assert_str_eq(answer.body.at, "acknowledged");
	ck_assert_str_eq(header_of("X-Silo-Revision"), revision);
	ck_assert_int_eq(files_in_vault("tmp"), 1);
	ck_assert_int_eq(upload_text("ALICE", item, "next", ""), 201);
	/* And the master replaces the worker. */
	for (tries = 0; tries < 50; tries++) {
		snprintf(text, sizeof text, "test $(pgrep -c -P %s) = 3", env("SILO_API_PID"));
		if (system(text) == 0)
			break;
		usleep(100000);
	}
	ck_assert_int_lt(tries, 50);
	snprintf(text, sizeof text, "rm %.60s/tmp/*", env("SILO_VAULT"));
	ck_assert_int_eq(system(text), 0);
}
END_TEST

START_TEST(a_database_that_goes_away_during_an_upload_loses_nothing_acknowledged)
{
	const char *item = new_item();
	char text[8000];
	int upload, tries;

	ck_assert_int_eq(upload_text("ALICE", item, "acknowledged", ""), 201);
	upload = half_upload(item, "unlucky.txt");
	ck_assert_int_eq(run_stack("'%s/t/stack/stop-postgres' '%s/stack'"), 0);
	raw_record(upload, FCGI_INPUT, "abcdefghij", 10);
	ck_assert_uint_gt(raw_end(upload, text, sizeof text), 0);
	ck_assert_msg(strstr(text, "Status: 503") != NULL, "%s", text);
	ck_assert_msg(strstr(text, "Retry-After: ") != NULL, "%s", text);
	upload_text("ALICE", item, "never read", "");
	expect(503, "unavailable");
	ck_assert_int_eq(run_stack("'%s/t/stack/start-postgres' '%s/stack'"), 0);
	for (tries = 0; get("VERA", at_item(item, "file"), NULL) != 200 && tries < 100; tries++)
		usleep(100000);
	ck_assert_str_eq(answer.body.at, "acknowledged");
	ck_assert_int_eq(upload_text("ALICE", item, "0123456789abcdefghij", ""), 201);
	ck_assert_int_eq(files_in_vault("tmp"), 0);
}
END_TEST

/* ---- a vault in trouble ------------------------------------------------------------------------
 */

START_TEST(a_lost_file_is_told_and_healed_by_the_next_upload_of_it)
{
	const char *item = new_item();
	char path[700];

	ck_assert_int_eq(upload_text("ALICE", item, "abc", ""), 201);
	snprintf(path, sizeof path, "%s/ba/78/" SHA_OF_ABC, env("SILO_VAULT"));
	ck_assert_int_eq(unlink(path), 0);
	get("VERA", at_item(item, "file"), NULL);
	expect(503, "file_missing");
	snprintf(path, sizeof path, "grep -q 'file_missing.*" SHA_OF_ABC "' %s/log/silo-api.log",
	         env("SILO_DIR"));
	ck_assert_int_eq(system(path), 0);
	ck_assert_int_eq(upload_text("ALICE", item, "abc", ""), 200);
	ck_assert_int_eq(get("VERA", at_item(item, "file"), NULL), 200);
}
END_TEST

START_TEST(a_vault_that_cannot_be_written_is_503_and_the_worker_lives)
{
	const char *item = new_item();
	char tmp[600], away[620];
	int times;

	snprintf(tmp, sizeof tmp, "%s/tmp", env("SILO_VAULT"));
	snprintf(away, sizeof away, "%s.away", tmp);
	ck_assert_int_eq(rename(tmp, away), 0);
	close(open(tmp, O_CREAT | O_WRONLY, 0600)); /* a file where the folder should be */
	for (times = 0; times < 6; times++) {
		upload_text("ALICE", item, "never stored", "");
		expect(503, "vault_unavailable");
		ck_assert_str_ne(header_of("Retry-After"), "");
	}
	ck_assert_int_eq(unlink(tmp), 0);
	ck_assert_int_eq(rename(away, tmp), 0);
	ck_assert_int_eq(upload_text("ALICE", item, "stored", ""), 201);
}
END_TEST

/* Makes a file of the vault two days old. */
static void age(const char *path)
{
	struct timespec old[2] = {{.tv_sec = time(NULL) - 2 * 86400}};

	old[1] = old[0];
	ck_assert_int_eq(utimensat(AT_FDCWD, path, old, 0), 0);
}

START_TEST(what_no_revision_names_is_cleaned_up_and_nothing_else)
{
	const char *item = new_item();
	char named[700], orphan[700], tmp[700], command[2000];

	snprintf(command, sizeof command,
	         "SILO_DATABASE='%s' '%s/silo-admin' --config '%s' clean >/dev/null",
	         env("SILO_OWNER_DATABASE"), env("SILO_STACK_BUILD"), env("SILO_CONFIG_FILE"));
	ck_assert_int_lt(upload_text("ALICE", item, "abc", ""), 300);
	snprintf(named, sizeof named, "%s/ba/78/" SHA_OF_ABC, env("SILO_VAULT"));
	snprintf(orphan, sizeof orphan, "%.*s0", (int)strlen(named) - 1, named);
	snprintf(tmp, sizeof tmp, "%s/tmp/cut-off", env("SILO_VAULT"));
	close(open(orphan, O_CREAT | O_WRONLY, 0600));
	close(open(tmp, O_CREAT | O_WRONLY, 0600));
	age(named);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(access(orphan, F_OK), 0); /* it may yet get its row */
	ck_assert_int_eq(access(tmp, F_OK), 0);
	age(orphan);
	age(tmp);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_ne(access(orphan, F_OK), 0);
	ck_assert_int_ne(access(tmp, F_OK), 0);
	ck_assert_int_eq(get("VERA", at_item(item, "file"), NULL), 200);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("files");
	TCase *there = tcase_create("there and back"), *refused = tcase_create("refused"),
	      *middle = tcase_create("in the middle");
	SRunner *runner;
	int failed;

	/* One stack for all; unchecked fixtures would start one for each case. */
	stack_up();
	tcase_set_timeout(there, 120);
	tcase_set_timeout(refused, 60);
	tcase_set_timeout(middle, 60);
	tcase_add_test(there, real_cad_files_come_back_byte_for_byte);
	tcase_add_test(there, a_form_as_existing_clients_send_it_makes_a_revision);
	tcase_add_test(there, every_revision_keeps_its_own_file);
	tcase_add_test(there, the_same_content_is_no_new_revision_unless_forced);
	tcase_add_test(there, what_the_client_has_is_not_sent_again);
	tcase_add_test(there, ranges_hold_while_the_content_is_the_same);
	tcase_add_test(there, the_vault_cannot_be_reached_from_outside);
	tcase_add_loop_test(refused, wrong_words_are_named_and_nothing_is_stored, 0,
	                    sizeof wrong_words / sizeof *wrong_words);
	tcase_add_loop_test(refused, wrong_forms_are_refused_and_nothing_is_stored, 0,
	                    sizeof wrong_bodies / sizeof *wrong_bodies);
	tcase_add_test(refused, the_limit_is_exact_raw_and_in_a_form);
	tcase_add_test(refused, only_who_may_write_gets_as_far_as_the_vault);
	tcase_add_test(refused, an_item_locked_by_another_takes_no_file);
	tcase_add_test(refused, the_lock_goes_with_the_upload_only_when_asked);
	tcase_add_test(refused, a_stale_if_match_is_refused_with_the_newest_revision);
	tcase_add_test(middle, a_lock_taken_while_the_upload_runs_counts);
	tcase_add_test(middle, a_body_shorter_than_announced_is_refused);
	tcase_add_test(middle, a_client_that_goes_away_leaves_nothing);
	tcase_add_test(middle, a_worker_killed_in_the_middle_leaves_the_old_revision);
	tcase_add_test(middle,
	               a_database_that_goes_away_during_an_upload_loses_nothing_acknowledged);
	tcase_add_test(middle, a_lost_file_is_told_and_healed_by_the_next_upload_of_it);
	tcase_add_test(middle, a_vault_that_cannot_be_written_is_503_and_the_worker_lives);
	tcase_add_test(middle, what_no_revision_names_is_cleaned_up_and_nothing_else);
	suite_add_tcase(suite, there);
	suite_add_tcase(suite, refused);
	suite_add_tcase(suite, middle);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	stack_down();
	return failed == 0 ? 0 : 1;
}
