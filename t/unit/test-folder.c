/*
 * The command line's working folder against the table that the addon is held against too
 * (t/clients/cases/folder.json): where items go, what state a file is in, what lies beside it.
 */
#include "config.h"
#include <ftw.h>
#include <json-c/json.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/members.h"
#include "core/workfile.h"
#include "exchange/placement.h"
#include "folder/file_state.h"
#include "folder/folder.h"
#include "run.h"

enum { PLACES_MOST = 4 };

static json_object *table;
static struct silo silo;
static struct folder folder;
static const char pattern[] = "/tmp/silo-folder.XXXXXX";
static char root[sizeof pattern], top[4096];

static void read_table(void)
{
	const char *source = getenv("srcdir");
	char path[4096];

	snprintf(path, sizeof path, "%s/t/clients/cases/folder.json", source ? source : ".");
	table = json_object_from_file(path);
	ck_assert_msg(table != NULL, "%s: %s", path, json_util_get_last_err());
	ck_assert(getcwd(top, sizeof top) != NULL);
	ck_assert_int_ge(sodium_init(), 0);
}

static void free_table(void)
{
	json_object_put(table);
}

/* An empty working folder. */
static void open_folder(void)
{
	memcpy(root, pattern, sizeof root);
	ck_assert(mkdtemp(root) != NULL);
	ck_assert_int_eq(chdir(root), 0);
	silo = (struct silo){.arena = arena_new(), .url = "http://silo.test"};
	ck_assert_int_eq(folder_open(&silo, true, &folder), SILO_DONE);
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *where)
{
	(void)facts;
	(void)type;
	(void)where;
	return remove(path);
}

static void close_folder(void)
{
	arena_free(silo.arena);
	ck_assert_int_eq(chdir(top), 0);
	ck_assert_int_eq(nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static bool flag(json_object *row, const char *name)
{
	json_object *value;

	return json_object_object_get_ex(row, name, &value) && json_object_get_boolean(value);
}

/* SHA-256 of a text; NULL for NULL. */
static const char *digest_of(const char *text)
{
	unsigned char raw[crypto_hash_sha256_BYTES];
	char hex[WORKFILE_DIGEST];

	if (text == NULL)
		return NULL;
	crypto_hash_sha256(raw, (const unsigned char *)text, strlen(text));
	return arena_print(silo.arena, "%s", sodium_bin2hex(hex, sizeof hex, raw, sizeof raw));
}

static void write_file(const char *path, const char *text)
{
	char *disk = folder_disk_path(&folder, path);

	ck_assert(workfile_make_folders(silo.arena, disk, 0777));
	ck_assert(workfile_write(silo.arena, disk, text, strlen(text), 0644));
}

/* The folder as a case describes it. */
static void set_up(json_object *row)
{
	json_object *files = member_object(row, "files"), *index = member_object(row, "index");
	json_object *none = silo_keep(&silo, json_object_new_object());

	if (files == NULL)
		files = none;
	if (index == NULL)
		index = none;
	json_object_object_foreach(files, path, text)
	{
		write_file(path, json_object_get_string(text));
	}
	json_object_object_foreach(index, known, values)
	{
		struct entry entry = {.path = known,
		                      .part_number = member_text(values, "part_number"),
		                      .revision = member_number(values, "revision", 0),
		                      .sha256 = digest_of(member_text(values, "content"))};

		folder_put(&folder, &entry);
	}
}

/* The word of an action. */
static const char *action_word(enum placement_action action)
{
	static const char *const words[] = {
	    [PLACEMENT_FETCH] = "fetch",     [PLACEMENT_ADOPT] = "adopt",
	    [PLACEMENT_KEEP] = "keep",       [PLACEMENT_BACKUP] = "backup",
	    [PLACEMENT_NOTHING] = "nothing",
	};

	return words[action];
}

/* Is a failure's code one that the table means by this word? */
static bool means(const char *word, const char *code)
{
	static const char *const meant[][2] = {
	    {"changes", "file_differs"},    {"changes", "stale_revision"}, {"file", "file_differs"},
	    {"unsafe_name", "unsafe_name"}, {"name_taken", "name_taken"},
	};

	for (size_t i = 0; i < sizeof meant / sizeof *meant; i++)
		if (strcmp(meant[i][0], word) == 0 && strcmp(meant[i][1], code) == 0)
			return true;
	return false;
}

/* Compares what was decided for the items with what the case says. */
static void judge(json_object *row, const struct placement *places, size_t count, int ended)
{
	const char *name = member_text(row, "name"), *refused = member_text(row, "refused");
	json_object *wanted = member_array(row, "places");

	if (refused != NULL) {
		ck_assert_msg(ended != SILO_DONE && means(refused, silo.failure.code), "%s: %s",
		              name, ended != SILO_DONE ? silo.failure.code : "placed");
		return;
	}
	ck_assert_msg(ended == SILO_DONE, "%s: %s", name, silo.failure.message);
	ck_assert_msg(json_object_array_length(wanted) == count, "%s", name);
	for (size_t i = 0; i < count; i++) {
		json_object *place = json_object_array_get_idx(wanted, i);
		const char *path = member_text(place, "path"), *got = action_word(places[i].action);

		ck_assert_msg(strcmp(member_text(place, "action"), got) == 0, "%s: %s", name, got);
		ck_assert_msg(path ? strcmp(path, places[i].path) == 0 : places[i].path == NULL,
		              "%s: %s", name, places[i].path);
	}
}

static void place_items(json_object *row)
{
	json_object *items = member_array(row, "items");
	struct placement_options options = {.force = flag(row, "force"),
	                                    .keep_changes = flag(row, "keep_changes")};
	struct placement places[PLACES_MOST] = {0};
	size_t count = json_object_array_length(items);
	int ended = SILO_DONE;

	ck_assert_uint_le(count, PLACES_MOST);
	for (size_t i = 0; ended == SILO_DONE && i < count; i++) {
		json_object *item = json_object_array_get_idx(items, i);

		places[i].revision =
		    (struct revision){.part_number = member_text(item, "part_number"),
		                      .number = member_number(item, "revision", 0),
		                      .filename = member_text(item, "filename"),
		                      .sha256 = digest_of(member_text(item, "content"))};
		ended = placement_decide(&folder, &options, places, i);
	}
	judge(row, places, count, ended);
}

START_TEST(items_go_where_the_table_says)
{
	json_object *rows = member_array(table, "placements");

	ck_assert_uint_gt(json_object_array_length(rows), 30);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		open_folder();
		set_up(json_object_array_get_idx(rows, i));
		place_items(json_object_array_get_idx(rows, i));
		close_folder();
	}
}
END_TEST

START_TEST(files_are_in_the_state_that_the_table_says)
{
	json_object *rows = member_array(table, "states");

	ck_assert_uint_gt(json_object_array_length(rows), 5);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		const char *text = member_text(row, "content"), *got;
		struct entry entry = {.path = "bracket.FCStd",
		                      .part_number = "F01-0001",
		                      .sha256 = member_text(row, "sha256")};

		open_folder();
		if (entry.sha256 == NULL)
			entry.sha256 = digest_of(member_text(row, "recorded"));
		if (text != NULL)
			write_file(entry.path, text);
		if (flag(row, "folder"))
			ck_assert_int_eq(mkdir(entry.path, 0777), 0);
		got = file_change_word(file_state_of(&folder, &entry).state);
		ck_assert_msg(strcmp(got, member_text(row, "state")) == 0, "%s: %s",
		              member_text(row, "name"), got);
		close_folder();
	}
}
END_TEST

START_TEST(a_revision_beside_a_file_has_the_name_that_the_table_says)
{
	json_object *rows = member_array(table, "beside");

	ck_assert_uint_gt(json_object_array_length(rows), 5);
	open_folder();
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		const char *infix =
		    arena_print(silo.arena, "@%d", (int)member_number(row, "revision", 0));

		ck_assert_str_eq(
		    workfile_name_with(silo.arena, "", member_text(row, "name"), infix),
		    member_text(row, "beside"));
	}
	close_folder();
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, read_table, free_table);
	tcase_add_test(tests, items_go_where_the_table_says);
	tcase_add_test(tests, files_are_in_the_state_that_the_table_says);
	tcase_add_test(tests, a_revision_beside_a_file_has_the_name_that_the_table_says);
}

int main(void)
{
	return run_tests("folder", add);
}
