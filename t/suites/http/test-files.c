/*
 * Files over HTTP, through the real nginx, workers and Postgres: uploads, downloads, thumbnails,
 * and that a refused upload leaves nothing.
 */
#include "config.h"
#include "files-client.h"

#include <dirent.h>
#include <fcntl.h>
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

START_TEST(a_damaged_picture_is_left_out_of_a_list_and_healed_by_the_next_upload)
{
	const char *item = new_item();
	struct bytes png = small_png(), file;
	char several[160], path[700], tag[80];
	struct entry entry = {"thumbnails/Thumbnail.png", png.at, png.length, png.length, 0, 0, 0};
	int picture;

	entry.crc = (uint32_t)crc32(0, png.at, (uInt)png.length);
	file = archive(&entry, 1);
	snprintf(several, sizeof several, "/api/thumbnails?part_numbers=%s", item);
	call("ALICE", "POST", at_item(item, "file?filename=a.FCStd"), file.at, file.length, NULL);
	ck_assert_int_eq(answer.status, 201);
	ck_assert_int_eq(get("VERA", at_item(item, "thumbnail"), NULL), 200);
	snprintf(tag, sizeof tag, "%s", header_of("ETag") + 1);
	tag[64] = '\0';
	snprintf(path, sizeof path, "%s/%.2s/%.2s/%s", env("SILO_VAULT"), tag, tag + 2, tag);
	picture = open(path, O_WRONLY);
	ck_assert_int_eq(pwrite(picture, "rot", 3, (off_t)png.length / 2), 3);
	close(picture);
	ck_assert_int_eq(get("VERA", several, NULL), 200);
	ck_assert_str_eq(answer.body.at, "{\"thumbnails\":[]}");
	call("ALICE", "POST", at_item(item, "file?filename=a.FCStd&force=true"), file.at,
	     file.length, NULL);
	ck_assert_int_eq(answer.status, 201);
	ck_assert_int_eq(get("VERA", several, NULL), 200);
	ck_assert(strstr(answer.body.at, "\"png\":\"iVBORw0KGgo") != NULL);
	free(png.at);
	free(file.at);
}
END_TEST

START_TEST(a_form_as_existing_clients_send_it_makes_a_revision)
{
	const char *item = new_item();
	struct bytes png = small_png(), body = {0}, file;
	char several[160];
	struct entry entry = {"thumbnails/Thumbnail.png", png.at, png.length, png.length, 0, 0, 0};

	entry.crc = (uint32_t)crc32(0, png.at, (uInt)png.length);
	file = archive(&entry, 1);
	put(&body, LITERAL(FIELD("comment", "für alle") FIELD("base_revision", "0")));
	put(&body, LITERAL(HEAD_OF_FILE("name=\"file\"; filename=\"C:\\x\\Gehäuse (1).FCStd\"")));
	put(&body, file.at, file.length);
	put(&body, LITERAL("\r\n" FIELD("properties", "{\"mass\": 1.5}") END));
	upload_form("ALICE", item, body.at, body.length);
	ck_assert_msg(answer.status == 201, "%s", answer.body.at);
	ck_assert_str_eq(member("comment"), "für alle");
	ck_assert_str_eq(member("filename"), "Gehäuse (1).FCStd");
	ck_assert_str_eq(member("has_thumbnail"), "true");
	ck_assert(strstr(member("properties"), "1.5") != NULL);
	ck_assert(strstr(header_of("Location"), "/api/items/") != NULL);

	ck_assert_int_eq(get("VERA", at_item(item, "thumbnail"), NULL), 200);
	ck_assert_uint_eq(answer.body.length, png.length);
	ck_assert_int_eq(memcmp(answer.body.at, png.at, png.length), 0);

	/* The same picture among those of several items; unknown ones are left out. */
	snprintf(several, sizeof several, "/api/thumbnails?part_numbers=no-such-item,%s", item);
	ck_assert_int_eq(get("VERA", several, NULL), 200);
	ck_assert(strstr(answer.body.at, item) != NULL);
	ck_assert(strstr(answer.body.at, "\"png\":\"iVBORw0KGgo") != NULL);
	ck_assert(strstr(answer.body.at, "no-such-item") == NULL);
	ck_assert_int_eq(get("VERA", "/api/thumbnails?part_numbers=no-such-item", NULL), 200);
	ck_assert_str_eq(answer.body.at, "{\"thumbnails\":[]}");
	ck_assert_int_eq(get("VERA", "/api/thumbnails", NULL), 422);
	ck_assert_str_eq(member("field"), "part_numbers");

	ck_assert_int_eq(get("VERA", at_item(item, "file"), NULL), 200);
	ck_assert_int_eq(memcmp(answer.body.at, file.at, file.length), 0);
	ck_assert_str_eq(header_of("Content-Disposition"),
	                 "attachment; filename=\"Geh__use (1).FCStd\"; "
	                 "filename*=UTF-8''Geh%C3%A4use%20%281%29.FCStd");
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
	get("VERA", at_item(item, "file"), "Range: bytes=20-");
	expect(416, "invalid_range");
	ck_assert_str_eq(header_of("Content-Range"), "bytes */10");
	get("VERA", at_item(item, "file"), "If-Match: \"other\"");
	expect(412, "precondition_failed");
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

int main(void)
{
	Suite *suite = suite_create("files");
	TCase *there = tcase_create("there and back"), *refused = tcase_create("refused");
	SRunner *runner;
	int failed;

	/* One stack for all; unchecked fixtures would start one for each case. */
	stack_up();
	tcase_set_timeout(there, 120);
	tcase_set_timeout(refused, 60);
	tcase_add_test(there, real_cad_files_come_back_byte_for_byte);
	tcase_add_test(there,
	               a_damaged_picture_is_left_out_of_a_list_and_healed_by_the_next_upload);
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
	suite_add_tcase(suite, there);
	suite_add_tcase(suite, refused);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	stack_down();
	return failed == 0 ? 0 : 1;
}
