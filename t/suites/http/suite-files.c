/*
 * Files there and back, through the real nginx, workers and Postgres: uploads, downloads,
 * thumbnails.
 */
#include "config.h"
#include "files.h"

#include <curl/curl.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "zip-writer.h"

/* The whole file, mapped; the test's process ends soon enough to leave it so. */
static struct bytes read_whole(int folder, const char *name)
{
	int file = openat(folder, name, O_RDONLY);
	struct stat about;
	struct bytes whole;

	ck_assert_int_eq(fstat(file, &about), 0);
	whole.length = (size_t)about.st_size;
	whole.at = malloc(whole.length);
	ck_assert_int_eq(read(file, whole.at, whole.length), about.st_size);
	close(file);
	return whole;
}

static void round_trip(int folder, const char *name)
{
	struct bytes whole = read_whole(folder, name);
	const char *item = new_item();
	char sha256[65], path[600];
	char *escaped = curl_easy_escape(NULL, name, 0);

	snprintf(path, sizeof path, "file?filename=%s&comment=from%%20CAD", escaped);
	with("Content-Type: application/octet-stream");
	send_bytes("alice", "POST", at_item(item, path), whole.at, whole.length);
	ck_assert_msg(told_status() == 201, "%s: %s", name, told_body());
	ck_assert_str_eq(told("filename"), name);
	ck_assert_str_eq(told("comment"), "from CAD");
	snprintf(sha256, sizeof sha256, "%s", told("sha256"));
	bool with_thumbnail = strcmp(told("has_thumbnail"), "true") == 0;
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
	ck_assert_uint_eq(told_size(), whole.length);
	ck_assert_int_eq(memcmp(told_body(), whole.at, whole.length), 0);
	ck_assert(memmem(told_header("ETag"), strlen(told_header("ETag")), sha256, 64) != NULL);
	GET("vera", at_item(item, "thumbnail"));
	if (with_thumbnail) {
		ck_assert_int_eq(told_status(), 200);
		ck_assert_str_eq(told_header("Content-Type"), "image/png");
		ck_assert_int_eq(memcmp(told_body(), PNG_SIGNATURE, 8), 0);
	} else {
		expect(404, "no_thumbnail");
	}
	curl_free(escaped);
	free(whole.at);
}

START_TEST(real_cad_files_come_back_byte_for_byte)
{
	const char *source = getenv("srcdir"), *given = getenv("SILO_CAD");
	const char *path = given ? given : at("%s/../shared/cad", source ? source : ".");
	DIR *folder = opendir(path);
	struct dirent *entry;
	int files = 0;

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
	with("Content-Type: application/octet-stream");
	send_bytes("alice", "POST", at_item(item, "file?filename=a.FCStd"), file.at, file.length);
	ck_assert_int_eq(told_status(), 201);
	ck_assert_int_eq(GET("vera", at_item(item, "thumbnail")), 200);
	snprintf(tag, sizeof tag, "%s", told_header("ETag") + 1);
	tag[64] = '\0';
	snprintf(path, sizeof path, "%s/%.2s/%.2s/%s", stack_value("SILO_VAULT"), tag, tag + 2,
	         tag);
	picture = open(path, O_WRONLY);
	ck_assert_int_eq(pwrite(picture, "rot", 3, (off_t)png.length / 2), 3);
	close(picture);
	ck_assert_int_eq(GET("vera", several), 200);
	ck_assert_str_eq(told_body(), "{\"thumbnails\":[]}");
	with("Content-Type: application/octet-stream");
	send_bytes("alice", "POST", at_item(item, "file?filename=a.FCStd&force=true"), file.at,
	           file.length);
	ck_assert_int_eq(told_status(), 201);
	ck_assert_int_eq(GET("vera", several), 200);
	ck_assert(strstr(told_body(), "\"png\":\"iVBORw0KGgo") != NULL);
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
	upload_form("alice", item, body.at, body.length);
	ck_assert_msg(told_status() == 201, "%s", told_body());
	ck_assert_str_eq(told("comment"), "für alle");
	ck_assert_str_eq(told("filename"), "Gehäuse (1).FCStd");
	ck_assert_str_eq(told("has_thumbnail"), "true");
	ck_assert(strstr(told("properties"), "1.5") != NULL);
	ck_assert(strstr(told_header("Location"), "/api/items/") != NULL);

	ck_assert_int_eq(GET("vera", at_item(item, "thumbnail")), 200);
	ck_assert_uint_eq(told_size(), png.length);
	ck_assert_int_eq(memcmp(told_body(), png.at, png.length), 0);

	/* The same picture among those of several items; unknown ones are left out. */
	snprintf(several, sizeof several, "/api/thumbnails?part_numbers=no-such-item,%s", item);
	ck_assert_int_eq(GET("vera", several), 200);
	ck_assert(strstr(told_body(), item) != NULL);
	ck_assert(strstr(told_body(), "\"png\":\"iVBORw0KGgo") != NULL);
	ck_assert(strstr(told_body(), "no-such-item") == NULL);
	ck_assert_int_eq(GET("vera", "/api/thumbnails?part_numbers=no-such-item"), 200);
	ck_assert_str_eq(told_body(), "{\"thumbnails\":[]}");
	ck_assert_int_eq(GET("vera", "/api/thumbnails"), 422);
	ck_assert_str_eq(told("field"), "part_numbers");

	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
	ck_assert_int_eq(memcmp(told_body(), file.at, file.length), 0);
	ck_assert_str_eq(told_header("Content-Disposition"),
	                 "attachment; filename=\"Geh__use (1).FCStd\"; "
	                 "filename*=UTF-8''Geh%C3%A4use%20%281%29.FCStd");
	ck_assert_str_eq(told_header("Content-Type"), "application/octet-stream");
	free(file.at);
	free(body.at);
	free(png.at);
}
END_TEST

START_TEST(every_revision_keeps_its_own_file)
{
	const char *item = new_item();
	char first[20], rest[40];

	ck_assert_int_eq(upload("alice", item, "one", ""), 201);
	snprintf(first, sizeof first, "%s", told("revision_number"));
	ck_assert_int_eq(upload("bob", item, "two", ""), 201);
	snprintf(rest, sizeof rest, "file/%s", first);
	ck_assert_int_eq(GET("vera", at_item(item, rest)), 200);
	ck_assert_str_eq(told_body(), "one");
	ck_assert_str_eq(told_header("X-Silo-Revision"), first);
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
	ck_assert_str_eq(told_body(), "two");
	ck_assert_int_eq(GET("vera", at_item(item, "file/99")), 404);
	ck_assert_int_eq(GET("vera", at_item(item, "file/0")), 404);
	ck_assert_int_eq(GET("vera", at_item(item, "thumbnail/99")), 404);
}
END_TEST

START_TEST(the_same_content_is_no_new_revision_unless_forced)
{
	const char *item = new_item();
	char first[20];

	ck_assert_int_eq(upload("alice", item, "same", ""), 201);
	snprintf(first, sizeof first, "%s", told("revision_number"));
	ck_assert_int_eq(upload("alice", item, "same", ""), 200);
	ck_assert_str_eq(told("revision_number"), first);
	ck_assert_int_eq(upload("alice", item, "same", "&force=true"), 201);
	ck_assert_str_ne(told("revision_number"), first);
}
END_TEST

START_TEST(what_the_client_has_is_not_sent_again)
{
	const char *item = new_item();

	upload("alice", item, "abc", "");
	with("If-None-Match: \"" SHA_OF_ABC "\"");
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 304);
	ck_assert_str_eq(told_header("ETag"), "\"" SHA_OF_ABC "\"");
	ck_assert_uint_eq(told_size(), 0);
	with("If-None-Match: \"other\"");
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
	ck_assert_str_eq(told_header("ETag"), "\"" SHA_OF_ABC "\"");
	with("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT");
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
	ck_assert_int_eq(send_as("vera", "HEAD", at_item(item, "file"), NULL), 200);
	ck_assert_str_eq(told_header("Content-Length"), "3");
	ck_assert_str_eq(told_header("X-Silo-Revision")[0] != '\0' ? "yes" : "no", "yes");
	ck_assert_str_eq(told_header("Cache-Control"), "private, no-cache");
	ck_assert_str_eq(told_header("X-Accel-Redirect"), "");
}
END_TEST

START_TEST(ranges_hold_while_the_content_is_the_same)
{
	const char *item = new_item();

	upload("alice", item, "0123456789", "");
	with("Range: bytes=2-4");
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 206);
	ck_assert_str_eq(told_body(), "234");
	ck_assert_str_eq(told_header("Content-Range"), "bytes 2-4/10");
	with("Range: bytes=20-");
	GET("vera", at_item(item, "file"));
	expect(416, "invalid_range");
	ck_assert_str_eq(told_header("Content-Range"), "bytes */10");
	with("If-Match: \"other\"");
	GET("vera", at_item(item, "file"));
	expect(412, "precondition_failed");
	GET("vera", at_item(item, "file"));
	with(at("If-Range: %s", told_header("ETag")));
	with("Range: bytes=2-4");
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 206);
	with("If-Range: \"other\"");
	with("Range: bytes=2-4");
	ck_assert_int_eq(GET("vera", at_item(item, "file")), 200);
	ck_assert_str_eq(told_body(), "0123456789");
}
END_TEST

START_TEST(the_vault_cannot_be_reached_from_outside)
{
	upload("alice", new_item(), "abc", "");
	ck_assert_int_eq(GET("ada", "/_silo_vault/ba/78/" SHA_OF_ABC), 404);
}
END_TEST

TCase *files_case(void)
{
	TCase *there = tcase_create("there and back");

	tcase_set_timeout(there, 120);
	tcase_add_test(there, real_cad_files_come_back_byte_for_byte);
	tcase_add_test(there,
	               a_damaged_picture_is_left_out_of_a_list_and_healed_by_the_next_upload);
	tcase_add_test(there, a_form_as_existing_clients_send_it_makes_a_revision);
	tcase_add_test(there, every_revision_keeps_its_own_file);
	tcase_add_test(there, the_same_content_is_no_new_revision_unless_forced);
	tcase_add_test(there, what_the_client_has_is_not_sent_again);
	tcase_add_test(there, ranges_hold_while_the_content_is_the_same);
	tcase_add_test(there, the_vault_cannot_be_reached_from_outside);
	return there;
}
