/*
 * The vault, as specification.  Failing disks are injected: the program is linked with
 * --wrap for write, fsync, renameat2 and mkdirat, see t/unit/files.mk.
 */
#include "config.h"
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "api/vault.h"

/* Injected faults: the call number `after` of this kind fails with `error`. */
enum call { CALL_NONE, CALL_WRITE, CALL_FSYNC, CALL_RENAME, CALL_MKDIR };
static enum call failing;
static int failing_after, failing_error, fsyncs;
static bool writes_are_short, without_noreplace;

static bool fails(enum call call)
{
	if (failing != call || failing_after-- > 0)
		return false;
	failing = CALL_NONE;
	errno = failing_error;
	return true;
}

ssize_t __real_write(int file, const void *bytes, size_t length);
ssize_t __wrap_write(int file, const void *bytes, size_t length);
int __real_fsync(int file);
int __wrap_fsync(int file);
int __real_renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int how);
int __wrap_renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int how);
int __real_mkdirat(int at, const char *path, mode_t mode);
int __wrap_mkdirat(int at, const char *path, mode_t mode);

ssize_t __wrap_write(int file, const void *bytes, size_t length)
{
	if (fails(CALL_WRITE))
		return -1;
	return __real_write(file, bytes, writes_are_short && length > 1 ? length / 2 : length);
}

int __wrap_fsync(int file)
{
	fsyncs++;
	return fails(CALL_FSYNC) ? -1 : __real_fsync(file);
}

int __wrap_renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int how)
{
	if (without_noreplace) {
		errno = EINVAL;
		return -1;
	}
	return fails(CALL_RENAME) ? -1 : __real_renameat2(from_at, from, to_at, to, how);
}

int __wrap_mkdirat(int at, const char *path, mode_t mode)
{
	return fails(CALL_MKDIR) ? -1 : __real_mkdirat(at, path, mode);
}

/* SHA-256 of "abc", FIPS 180-2. */
#define ABC      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_PATH "ba/78/" ABC

static char folder[] = "/tmp/silo-vault-XXXXXX";
static struct vault *vault;
static int files;

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

static int count_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)path;
	(void)about;
	(void)where;
	files += kind == FTW_F;
	return 0;
}

/* Files below the vault, temporary ones too. */
static int file_count(void)
{
	files = 0;
	nftw(folder, count_one, 8, FTW_PHYS);
	return files;
}

static void set_up(void)
{
	memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	vault = vault_open(folder);
	ck_assert_ptr_nonnull(vault);
	failing = CALL_NONE;
	failing_after = 0;
	writes_are_short = false;
	without_noreplace = false;
}

static void tear_down(void)
{
	vault_close(vault);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void fail_once(enum call call, int after, int error)
{
	failing = call;
	failing_after = after;
	failing_error = error;
}

/* Begin, write, seal: what an upload does before the last check. */
static struct vault_writer *sealed(const char *content)
{
	struct vault_writer *writer = vault_begin(vault, 1000);
	struct vault_blob blob;

	ck_assert_ptr_nonnull(writer);
	ck_assert_int_eq(vault_write(writer, content, strlen(content)), VAULT_OK);
	ck_assert_int_eq(vault_seal(writer, &blob), VAULT_OK);
	ck_assert_int_eq(blob.size, (int64_t)strlen(content));
	return writer;
}

/* All of it, as one outcome. */
static enum vault_outcome store(const char *content)
{
	struct vault_writer *writer = vault_begin(vault, 1000);
	struct vault_blob blob;
	enum vault_outcome outcome;

	if (writer == NULL)
		return vault_outcome_of(errno);
	outcome = vault_write(writer, content, strlen(content));
	if (outcome == VAULT_OK)
		outcome = vault_seal(writer, &blob);
	if (outcome == VAULT_OK)
		outcome = vault_place(writer);
	vault_abandon(writer);
	return outcome;
}

static bool has(const char *sha256)
{
	int64_t size;

	return vault_find(vault, sha256, &size);
}

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

START_TEST(an_unwritable_vault_is_told_when_probed)
{
	ck_assert_int_eq(vault_probe(vault), VAULT_OK);
	fail_once(CALL_WRITE, 0, ENOSPC);
	ck_assert_int_eq(vault_probe(vault), VAULT_FULL);
	fail_once(CALL_FSYNC, 0, EIO);
	ck_assert_int_eq(vault_probe(vault), VAULT_FAILED);
	ck_assert_int_eq(file_count(), 0);
}
END_TEST

START_TEST(a_refused_upload_takes_its_file_away)
{
	struct vault_writer *writer = sealed("abc");

	ck_assert_int_eq(vault_place(writer), VAULT_OK);
	vault_discard(writer);
	vault_abandon(writer);
	ck_assert_int_eq(file_count(), 0);
}
END_TEST

START_TEST(a_refused_upload_leaves_what_was_there_before)
{
	struct vault_writer *writer;

	ck_assert_int_eq(store("abc"), VAULT_OK);
	writer = sealed("abc");
	ck_assert_int_eq(vault_place(writer), VAULT_OK);
	vault_discard(writer);
	vault_abandon(writer);
	ck_assert(has(ABC));
}
END_TEST

START_TEST(a_refused_upload_leaves_what_another_has_relied_on_since)
{
	struct vault_writer *writer = sealed("abc");

	ck_assert_int_eq(vault_place(writer), VAULT_OK);
	ck_assert_int_eq(store("abc"), VAULT_OK);
	vault_discard(writer);
	vault_abandon(writer);
	ck_assert(has(ABC));
	ck_assert_int_eq(file_count(), 1);
}
END_TEST

START_TEST(a_refused_upload_leaves_the_copy_that_another_brought)
{
	struct vault_writer *one = sealed("abc"), *other = sealed("abc");
	char path[200];

	ck_assert_int_eq(vault_place(one), VAULT_OK);
	snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
	ck_assert_int_eq(unlink(path), 0); /* as a clean-up would */
	ck_assert_int_eq(vault_place(other), VAULT_OK);
	vault_discard(one);
	vault_abandon(one);
	vault_abandon(other);
	ck_assert(has(ABC));
}
END_TEST

/*
 * Rounds of several uploaders of one content, each from an empty vault: all place it at once, some
 * are refused.  When one was not, the file must be there.
 */
enum { UPLOADERS = 4, ROUNDS = 2000 };
static pthread_barrier_t all_there;
static int kept[ROUNDS][UPLOADERS];

static void *upload_rounds(void *number)
{
	const int me = (int)(intptr_t)number;
	unsigned int seed = (unsigned int)me;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		struct vault_writer *writer = vault_begin(vault, 10);
		struct vault_blob blob;

		vault_write(writer, "abc", 3);
		vault_seal(writer, &blob);
		pthread_barrier_wait(&all_there);
		if (vault_place(writer) == VAULT_OK && rand_r(&seed) % 3 == 0)
			kept[round][me] = has(ABC) ? 1 : -1;
		else
			vault_discard(writer);
		vault_abandon(writer);
		pthread_barrier_wait(&all_there);
		if (me == 0) { /* the others wait */
			char path[200];
			int i;

			for (i = 0; i < UPLOADERS; i++)
				if (kept[round][i] != 0 && !has(ABC))
					kept[round][i] = -1;
			snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
			unlink(path);
		}
	}
	return NULL;
}

START_TEST(uploaders_of_one_content_never_take_it_from_one_another)
{
	pthread_t uploaders[UPLOADERS];
	int i, round, keepers = 0;

	without_noreplace = _i == 1; /* then by links */
	pthread_barrier_init(&all_there, NULL, UPLOADERS);
	for (i = 0; i < UPLOADERS; i++)
		ck_assert_int_eq(
		    pthread_create(&uploaders[i], NULL, upload_rounds, (void *)(intptr_t)i), 0);
	for (i = 0; i < UPLOADERS; i++)
		pthread_join(uploaders[i], NULL);
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < UPLOADERS; i++) {
			ck_assert_msg(kept[round][i] >= 0, "lost in round %d", round);
			keepers += kept[round][i];
		}
	ck_assert_int_gt(keepers, ROUNDS);
	ck_assert_int_eq(file_count(), 0);
}
END_TEST

START_TEST(a_file_left_by_a_dying_remover_is_put_back_when_asked_for)
{
	char path[200], trash[300];

	ck_assert_int_eq(store("abc"), VAULT_OK);
	snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
	snprintf(trash, sizeof trash, "%s/trash", folder);
	ck_assert_int_eq(mkdir(trash, 0700), 0);
	snprintf(trash, sizeof trash, "%s/trash/" ABC ".0123", folder);
	ck_assert_int_eq(rename(path, trash), 0);
	ck_assert(has(ABC));
	ck_assert_int_eq(access(path, R_OK), 0);
}
END_TEST

START_TEST(only_old_temporary_files_are_swept)
{
	struct timespec old[2] = {{.tv_sec = time(NULL) - VAULT_GRACE_SECONDS - 10}};
	struct vault_writer *writer = sealed("abc");
	char path[200];
	int stale;

	old[1] = old[0];
	snprintf(path, sizeof path, "%s/tmp/left-by-a-crash", folder);
	stale = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(futimens(stale, old), 0);
	close(stale);
	ck_assert_int_eq(vault_sweep(vault), 1);
	ck_assert_int_eq(vault_place(writer), VAULT_OK);
	vault_abandon(writer);
	ck_assert_int_eq(file_count(), 1);
}
END_TEST

/* What the rows name, and what happens to the file while they are asked. */
static bool rows_name_it, rows_are_away;
static const char *placed_while_asked;

static bool ask_rows(void *of, const char *sha256, bool *named)
{
	int *questions = of;

	ck_assert_str_eq(sha256, ABC);
	*named = rows_name_it;
	/* The second question comes with the name taken away. */
	if (++*questions == 2 && placed_while_asked != NULL)
		ck_assert_int_eq(store(placed_while_asked), VAULT_OK);
	return !rows_are_away;
}

/* Stores "abc", makes it two days old, and cleans. */
static bool clean_old(struct vault_cleaned *cleaned)
{
	struct timespec old[2] = {{.tv_sec = time(NULL) - 2 * VAULT_GRACE_SECONDS}};
	char path[200];
	int questions = 0;

	old[1] = old[0];
	snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
	ck_assert_int_eq(store("abc"), VAULT_OK);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, old, 0), 0);
	return vault_clean(vault, ask_rows, &questions, cleaned);
}

START_TEST(only_old_files_that_no_row_names_are_cleaned_up)
{
	struct vault_cleaned cleaned;
	int questions = 0;

	rows_name_it = true;
	ck_assert(clean_old(&cleaned));
	ck_assert(has(ABC));
	rows_name_it = false;
	ck_assert(clean_old(&cleaned));
	ck_assert_int_eq(cleaned.files, 1);
	ck_assert_int_eq(cleaned.bytes, 3);
	ck_assert_int_eq(file_count(), 0);
	ck_assert_int_eq(store("abc"), VAULT_OK); /* young */
	ck_assert(vault_clean(vault, ask_rows, &questions, &cleaned));
	ck_assert(has(ABC));
}
END_TEST

START_TEST(a_file_placed_while_it_is_cleaned_up_stays)
{
	struct vault_cleaned cleaned;

	rows_name_it = false;
	placed_while_asked = "abc";
	ck_assert(clean_old(&cleaned));
	placed_while_asked = NULL;
	ck_assert(has(ABC));
}
END_TEST

START_TEST(nothing_is_cleaned_up_while_the_rows_cannot_be_asked)
{
	struct vault_cleaned cleaned;

	rows_are_away = true;
	ck_assert(!clean_old(&cleaned));
	rows_are_away = false;
	ck_assert(has(ABC));
	ck_assert_int_eq(file_count(), 1);
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
	tcase_add_test(all, the_limit_is_exact_and_leaves_nothing);
	tcase_add_loop_test(all, a_failing_disk_is_reported_and_nothing_is_left_behind, 0,
	                    (int)(sizeof faults / sizeof *faults));
	tcase_add_test(all, an_unwritable_vault_is_told_when_probed);
	tcase_add_test(all, a_refused_upload_takes_its_file_away);
	tcase_add_test(all, a_refused_upload_leaves_what_was_there_before);
	tcase_add_test(all, a_refused_upload_leaves_what_another_has_relied_on_since);
	tcase_add_test(all, a_refused_upload_leaves_the_copy_that_another_brought);
	tcase_add_loop_test(all, uploaders_of_one_content_never_take_it_from_one_another, 0, 2);
	tcase_add_test(all, a_file_left_by_a_dying_remover_is_put_back_when_asked_for);
	tcase_add_test(all, only_old_temporary_files_are_swept);
	tcase_add_test(all, only_old_files_that_no_row_names_are_cleaned_up);
	tcase_add_test(all, a_file_placed_while_it_is_cleaned_up_stays);
	tcase_add_test(all, nothing_is_cleaned_up_while_the_rows_cannot_be_asked);
	tcase_add_test(all, names_that_are_no_sha256_are_not_looked_for);
	tcase_add_test(all, a_vault_that_is_not_there_is_an_error);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
