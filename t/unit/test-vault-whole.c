/*
 * The vault as a whole: copying it, listing it, claiming it, and reading small contents.
 */
#include "config.h"
#include "vault-fixture.h"

static char other_folder[220];
static struct vault *other;

static void set_up_both(void)
{
	set_up();
	snprintf(other_folder, sizeof other_folder, "%s/other", folder);
	other = vault_open(other_folder);
	ck_assert_ptr_nonnull(other);
}

static void tear_down_both(void)
{
	vault_close(other);
	tear_down();
}

static const struct vault_blob abc = {ABC, 3};

/* Other bytes under the name of "abc", in a vault's folder. */
static void spoil(const char *of, const char *bytes)
{
	char path[400];
	FILE *file;

	snprintf(path, sizeof path, "%s/" ABC_PATH, of);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(bytes, file);
	ck_assert_int_eq(fclose(file), 0);
}

static enum vault_copied copied(struct vault *from, bool trusts)
{
	const char *fault;
	enum vault_copied result = vault_copy(from, other, &abc, trusts, &fault);

	ck_assert_int_eq(fault != NULL, result == VAULT_COPY_DAMAGED);
	return result;
}

START_TEST(a_content_is_copied_whole_or_not_at_all)
{
	char bytes[3];

	ck_assert_int_eq(copied(vault, false), VAULT_COPY_MISSING);
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(copied(vault, false), VAULT_COPIED);
	ck_assert(vault_load(other, ABC, bytes, 3));
	ck_assert_mem_eq(bytes, "abc", 3);
	ck_assert(vault_sync(other));
	ck_assert_int_eq(copied(vault, false), VAULT_KEPT);
	ck_assert_int_eq(copied(NULL, false), VAULT_KEPT);
	ck_assert_int_eq(file_count(), 2);
}
END_TEST

START_TEST(a_content_that_a_dying_remover_left_is_copied)
{
	char path[400], trash[400];

	ck_assert_int_eq(store("abc"), VAULT_OK);
	snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
	snprintf(trash, sizeof trash, "%s/trash", folder);
	ck_assert_int_eq(mkdir(trash, 0700), 0);
	snprintf(trash, sizeof trash, "%s/trash/" ABC ".0123", folder);
	ck_assert_int_eq(rename(path, trash), 0);
	ck_assert_int_eq(copied(vault, false), VAULT_COPIED);
}
END_TEST

START_TEST(a_damaged_source_gives_nothing)
{
	ck_assert_int_eq(store("abc"), VAULT_OK);
	spoil(folder, _i == 0 ? "xyz" : "abcd");
	ck_assert_int_eq(copied(vault, false), VAULT_COPY_DAMAGED);
	ck_assert_int_eq(file_count(), 1);
}
END_TEST

START_TEST(a_damaged_copy_is_replaced_unless_its_size_is_trusted)
{
	const char *fault;

	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(copied(vault, true), VAULT_COPIED);
	spoil(other_folder, "xyz");
	ck_assert_int_eq(copied(vault, true), VAULT_KEPT);
	ck_assert_int_eq(copied(vault, false), VAULT_COPIED);
	ck_assert_int_eq(vault_judge(other, ABC, 3, NULL, &fault), VAULT_WHOLE);
}
END_TEST

static const struct {
	enum call call;
	int after, error;
} faults[] = {
    {CALL_WRITE, 0, ENOSPC},
    {CALL_FSYNC, 0, EIO},
    {CALL_MKDIR, 0, EROFS},
    {CALL_MKDIR, 2, ENOSPC},
};

START_TEST(a_failing_target_is_reported_and_has_nothing_half)
{
	ck_assert_int_eq(store("abc"), VAULT_OK);
	fail_once(faults[_i].call, faults[_i].after, faults[_i].error);
	ck_assert_int_eq(copied(vault, false), VAULT_COPY_FAILED);
	ck_assert_int_eq(errno, faults[_i].error);
	ck_assert_int_eq(file_count(), 1);
	ck_assert_int_eq(copied(vault, false), VAULT_COPIED);
}
END_TEST

START_TEST(only_what_is_whole_and_of_that_size_is_loaded)
{
	char bytes[8];

	ck_assert(!vault_load(vault, ABC, bytes, 3));
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert(vault_load(vault, ABC, bytes, 3));
	ck_assert(!vault_load(vault, ABC, bytes, 2));
	ck_assert(!vault_load(vault, ABC, bytes, 4));
	spoil(folder, "xyz");
	ck_assert(!vault_load(vault, ABC, bytes, 3));
}
END_TEST

static int contents, foreign;
static char stray[400];

static void on_content(void *of, const char *sha256)
{
	(void)of;
	ck_assert_str_eq(sha256, ABC);
	contents++;
}

static void on_foreign(void *of, const char *where)
{
	(void)of;
	ck_assert_str_eq(where, stray);
	foreign++;
}

static void on_unread(void *of, const char *where, const char *why)
{
	(void)of;
	ck_abort_msg("%s: %s", where, why);
}

static void list(const char *prefix)
{
	const struct vault_listing listing = {NULL, on_content, on_foreign, on_unread};

	contents = foreign = 0;
	vault_list(vault, prefix, &listing);
}

START_TEST(a_listing_tells_contents_from_what_is_foreign)
{
	FILE *file;

	ck_assert_int_eq(store("abc"), VAULT_OK);
	list("ba");
	ck_assert_int_eq(contents, 1);
	ck_assert_int_eq(foreign, 0);
	list("00"); /* not there */
	ck_assert_int_eq(contents + foreign, 0);
	/* The other vault lies in this one's folder. */
	snprintf(stray, sizeof stray, "%s", other_folder);
	list("");
	ck_assert_int_eq(contents, 0);
	ck_assert_int_eq(foreign, 1);
	/* A name in another's folder. */
	snprintf(stray, sizeof stray, "%s/ba/78/" ABC "0", folder);
	file = fopen(stray, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	list("ba");
	ck_assert_int_eq(contents, 1);
	ck_assert_int_eq(foreign, 1);
}
END_TEST

START_TEST(one_at_a_time_claims_a_vault)
{
	struct vault *again = vault_attach(folder);

	ck_assert_ptr_nonnull(again);
	ck_assert(vault_claim(vault));
	ck_assert(!vault_claim(again));
	ck_assert(vault_claim(other));
	vault_close(vault);
	vault = vault_open(folder);
	ck_assert(vault_claim(again));
	vault_close(again);
}
END_TEST

START_TEST(a_vault_that_is_attached_is_not_made)
{
	char path[400];

	snprintf(path, sizeof path, "%s/none", folder);
	ck_assert_ptr_null(vault_attach(path));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_str_eq(vault_where(other, "no"), "");
	snprintf(path, sizeof path, "%s/" ABC_PATH, other_folder);
	ck_assert_str_eq(vault_where(other, ABC), path);
}
END_TEST

START_TEST(a_file_elsewhere_is_hashed_from_where_it_is)
{
	char hex[VAULT_HEX + 1];
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	fputs("xxabc", file);
	ck_assert_int_eq(fflush(file), 0);
	ck_assert_int_eq(lseek(fileno(file), 2, SEEK_SET), 2);
	ck_assert(vault_hash_file(fileno(file), hex));
	ck_assert_str_eq(hex, ABC);
	fclose(file);
	ck_assert(!vault_hash_file(-1, hex));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vault-whole");
	TCase *all = tcase_create("vault-whole");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_checked_fixture(all, set_up_both, tear_down_both);
	tcase_add_test(all, a_content_is_copied_whole_or_not_at_all);
	tcase_add_test(all, a_content_that_a_dying_remover_left_is_copied);
	tcase_add_loop_test(all, a_damaged_source_gives_nothing, 0, 2);
	tcase_add_test(all, a_damaged_copy_is_replaced_unless_its_size_is_trusted);
	tcase_add_loop_test(all, a_failing_target_is_reported_and_has_nothing_half, 0,
	                    (int)(sizeof faults / sizeof *faults));
	tcase_add_test(all, only_what_is_whole_and_of_that_size_is_loaded);
	tcase_add_test(all, a_listing_tells_contents_from_what_is_foreign);
	tcase_add_test(all, one_at_a_time_claims_a_vault);
	tcase_add_test(all, a_vault_that_is_attached_is_not_made);
	tcase_add_test(all, a_file_elsewhere_is_hashed_from_where_it_is);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
