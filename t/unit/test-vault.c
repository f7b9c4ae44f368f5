/*
 * Storing files in the vault, as specification, also on failing disks.
 */
#include "config.h"
#include "vault-fixture.h"

START_TEST(a_file_is_stored_under_its_sha256_byte_for_byte)
{
	char bytes[10] = {0};
	int64_t size;
	int file;

	writes_are_short = true;
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert(vault_find(vault, ABC, &size));
	ck_assert_int_eq(size, 3);
	file = vault_read(vault, ABC);
	ck_assert_int_eq(read(file, bytes, sizeof bytes), 3);
	ck_assert_str_eq(bytes, "abc");
	close(file);
	ck_assert_int_eq(file_count(), 1);
}
END_TEST

START_TEST(nothing_has_its_name_before_place)
{
	struct vault_writer *writer = sealed("abc");

	ck_assert(!has(ABC));
	vault_abandon(writer);
	ck_assert_int_eq(file_count(), 0);
}
END_TEST

START_TEST(the_content_and_all_folders_above_it_are_synced)
{
	struct vault_writer *writer = vault_begin(vault, 10);
	struct vault_blob blob;

	vault_write(writer, "abc", 3);
	fsyncs = 0;
	vault_seal(writer, &blob);
	ck_assert_int_eq(fsyncs, 1);
	vault_place(writer);
	ck_assert_int_eq(fsyncs, 4);
	vault_abandon(writer);
}
END_TEST

START_TEST(the_same_content_is_stored_once)
{
	struct stat first, second;
	char path[200];

	snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(stat(path, &first), 0);
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(stat(path, &second), 0);
	ck_assert_uint_eq(first.st_ino, second.st_ino);
	ck_assert_int_eq(file_count(), 1);
}
END_TEST

START_TEST(a_damaged_file_of_another_size_is_replaced)
{
	char path[200];
	int64_t size;

	snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(truncate(path, 1), 0);
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert(vault_find(vault, ABC, &size));
	ck_assert_int_eq(size, 3);
}
END_TEST

/* Writes other bytes, or nothing, under the name of "abc"; the file's length stays when it can. */
static void damage(const char *bytes)
{
	char path[200];
	int file;

	snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
	file = open(path, O_WRONLY | O_TRUNC);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(write(file, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
	close(file);
}

static enum vault_state judged(void)
{
	const char *fault;
	enum vault_state state = vault_judge(vault, ABC, 3, NULL, &fault);

	ck_assert(state == VAULT_WHOLE ? fault == NULL : fault != NULL);
	return state;
}

START_TEST(a_damaged_file_of_the_same_size_is_replaced_and_reported)
{
	struct vault_writer *writer = sealed("abc");

	ck_assert_int_eq(judged(), VAULT_MISSING);
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(judged(), VAULT_WHOLE);
	damage("xyz");
	ck_assert_int_eq(judged(), VAULT_DAMAGED);
	ck_assert_int_eq(vault_place(writer), VAULT_OK);
	ck_assert_str_eq(vault_healed(writer), "other bytes");
	ck_assert_int_eq(judged(), VAULT_WHOLE);
	/* Refused by the rows: what others rely on stays all the same. */
	vault_discard(writer);
	vault_abandon(writer);
	ck_assert_int_eq(judged(), VAULT_WHOLE);
	ck_assert_int_eq(file_count(), 1);
}
END_TEST

/* A link, a pipe that nobody writes to. */
START_TEST(what_is_no_file_is_replaced)
{
	struct vault_writer *writer = sealed("abc");
	char path[200];

	snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(_i == 0 ? symlink("/etc/hostname", path) : mkfifo(path, 0600), 0);
	ck_assert_int_eq(judged(), VAULT_DAMAGED);
	ck_assert_int_eq(vault_place(writer), VAULT_OK);
	ck_assert_ptr_nonnull(vault_healed(writer));
	vault_abandon(writer);
	ck_assert_int_eq(judged(), VAULT_WHOLE);
}
END_TEST

START_TEST(a_whole_file_is_kept_and_nothing_is_reported)
{
	struct vault_writer *writer = sealed("abc");

	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(vault_place(writer), VAULT_OK);
	ck_assert_ptr_null(vault_healed(writer));
	vault_abandon(writer);
}
END_TEST

static bool watch_ends(void *of, const void *bytes, size_t length)
{
	ck_assert_mem_eq(bytes, "abc", length);
	*(size_t *)of += length;
	return false;
}

START_TEST(a_watch_ends_the_reading)
{
	size_t seen = 0;
	const struct vault_watch watch = {.read = watch_ends, .of = &seen};
	const char *fault;

	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(vault_judge(vault, ABC, -1, &watch, &fault), VAULT_UNTOLD);
	ck_assert_uint_eq(seen, 3);
}
END_TEST

START_TEST(the_limit_is_exact_and_leaves_nothing)
{
	struct vault_writer *writer = vault_begin(vault, 3);

	ck_assert_int_eq(vault_write(writer, "ab", 2), VAULT_OK);
	ck_assert_int_eq(vault_write(writer, "c", 1), VAULT_OK);
	ck_assert_int_eq(vault_write(writer, "d", 1), VAULT_TOO_LARGE);
	vault_abandon(writer);
	ck_assert_int_eq(file_count(), 0);
}
END_TEST

static const struct {
	enum call call;
	int error;
	enum vault_outcome outcome;
} faults[] = {
    {CALL_WRITE, ENOSPC, VAULT_FULL},  {CALL_WRITE, EDQUOT, VAULT_FULL},
    {CALL_WRITE, EIO, VAULT_FAILED},   {CALL_FSYNC, EIO, VAULT_FAILED},
    {CALL_FSYNC, ENOSPC, VAULT_FULL},  {CALL_RENAME, EROFS, VAULT_FAILED},
    {CALL_RENAME, ENOSPC, VAULT_FULL}, {CALL_MKDIR, EROFS, VAULT_FAILED},
    {CALL_MKDIR, ENOSPC, VAULT_FULL},  {CALL_MKDIR, EACCES, VAULT_FAILED},
};

/* Every call of each kind fails once, from the first to the last one made. */
START_TEST(a_failing_disk_is_reported_and_nothing_is_left_behind)
{
	int after;

	for (after = 0; after < 10; after++) {
		enum vault_outcome outcome;

		fail_once(faults[_i].call, after, faults[_i].error);
		outcome = store("abc");
		if (failing != CALL_NONE) { /* it has not so many calls of this kind */
			ck_assert_int_gt(after, 0);
			ck_assert_int_eq(outcome, VAULT_OK);
			return;
		}
		ck_assert_int_eq(outcome, faults[_i].outcome);
		/* After a failed fsync of a folder the whole file is there; nobody names it. */
		if (faults[_i].call != CALL_FSYNC || after == 0)
			ck_assert_int_eq(file_count(), 0);
	}
	ck_abort_msg("never came to an end");
}
END_TEST

/* The service's user can put links into the vault, and root stores into it. */
START_TEST(nothing_is_stored_behind_a_link)
{
	static const char *const names[] = {"tmp", "ba", "ba/78"};
	char path[200], elsewhere[200];

	snprintf(path, sizeof path, "%s/ba", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/%s", folder, names[_i]);
	snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", folder);
	ck_assert(rmdir(path) == 0 || errno == ENOENT);
	ck_assert_int_eq(mkdir(elsewhere, 0700), 0);
	ck_assert_int_eq(symlink(elsewhere, path), 0);
	ck_assert_int_ne(store("abc"), VAULT_OK);
	ck_assert_int_eq(rmdir(elsewhere), 0); /* empty */
}
END_TEST

START_TEST(an_unwritable_vault_is_reported_when_probed)
{
	ck_assert_int_eq(vault_probe(vault), VAULT_OK);
	fail_once(CALL_WRITE, 0, ENOSPC);
	ck_assert_int_eq(vault_probe(vault), VAULT_FULL);
	fail_once(CALL_FSYNC, 0, EIO);
	ck_assert_int_eq(vault_probe(vault), VAULT_FAILED);
	ck_assert_int_eq(file_count(), 0);
}
END_TEST

START_TEST(names_that_are_no_sha256_are_not_looked_for)
{
	char path[VAULT_PATH];

	ck_assert(vault_path(ABC, path));
	ck_assert_str_eq(path, ABC_PATH);
	ck_assert(!vault_path("", path));
	ck_assert(!vault_path("../../etc/passwd", path));
	ck_assert(!vault_path(ABC "0", path));
	ck_assert(
	    !vault_path("BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", path));
	ck_assert(!has("no"));
	ck_assert_int_lt(vault_read(vault, "no"), 0);
}
END_TEST

START_TEST(a_vault_that_is_not_there_is_an_error)
{
	ck_assert_ptr_null(vault_open("/nonexistent/vault"));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_ptr_null(vault_open("/dev/null"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vault");
	TCase *all = tcase_create("vault");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, a_file_is_stored_under_its_sha256_byte_for_byte);
	tcase_add_test(all, nothing_has_its_name_before_place);
	tcase_add_test(all, the_content_and_all_folders_above_it_are_synced);
	tcase_add_test(all, the_same_content_is_stored_once);
	tcase_add_test(all, a_damaged_file_of_another_size_is_replaced);
	tcase_add_test(all, a_damaged_file_of_the_same_size_is_replaced_and_reported);
	tcase_add_loop_test(all, what_is_no_file_is_replaced, 0, 2);
	tcase_add_test(all, a_whole_file_is_kept_and_nothing_is_reported);
	tcase_add_test(all, a_watch_ends_the_reading);
	tcase_add_test(all, the_limit_is_exact_and_leaves_nothing);
	tcase_add_loop_test(all, a_failing_disk_is_reported_and_nothing_is_left_behind, 0,
	                    (int)(sizeof faults / sizeof *faults));
	tcase_add_loop_test(all, nothing_is_stored_behind_a_link, 0, 3);
	tcase_add_test(all, an_unwritable_vault_is_reported_when_probed);
	tcase_add_test(all, names_that_are_no_sha256_are_not_looked_for);
	tcase_add_test(all, a_vault_that_is_not_there_is_an_error);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
