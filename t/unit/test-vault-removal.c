/*
 * Removing files from the vault, as specification: what is refused or named by no row goes, what
 * anybody relies on stays, whatever happens at the same time.
 */
#include "config.h"
#include "vault-fixture.h"

#include "vault/folder.h"

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

START_TEST(what_is_put_back_never_covers_a_copy_brought_meanwhile)
{
	struct vault_writer *brought = sealed("abc");
	char path[200], trash[300], bytes[4] = {0};
	int file;

	ck_assert_int_eq(store("abc"), VAULT_OK);
	snprintf(path, sizeof path, "%s/" ABC_PATH, folder);
	snprintf(trash, sizeof trash, "%s/trash", folder);
	ck_assert_int_eq(mkdir(trash, 0700), 0);
	snprintf(trash, sizeof trash, "%s/trash/" ABC ".0123", folder);
	ck_assert_int_eq(rename(path, trash), 0);
	file = open(trash, O_WRONLY);
	ck_assert_int_eq(write(file, "xyz", 3), 3);
	close(file);
	ck_assert_int_eq(vault_place(brought), VAULT_OK);
	file = open(folder, O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(vault_put_back(file, "trash/" ABC ".0123", ABC_PATH), 0);
	close(file);
	/* Somebody may rely on what was put back: the one who brought the copy leaves it. */
	vault_discard(brought);
	vault_abandon(brought);
	file = vault_read(vault, ABC);
	ck_assert_int_eq(read(file, bytes, 3), 3);
	ck_assert_str_eq(bytes, "abc");
	close(file);
	ck_assert_int_eq(file_count(), 1);
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

static bool nobody_is_asked(void *of, const char *sha256, bool *named)
{
	(void)of;
	(void)sha256;
	*named = true;
	return true;
}

/* The service's user can put links into the vault, and root cleans it up. */
START_TEST(nothing_is_swept_behind_a_link)
{
	static const char *const names[] = {"tmp", "trash"};
	struct timespec old[2] = {{.tv_sec = time(NULL) - VAULT_GRACE_SECONDS - 10}};
	struct vault_cleaned cleaned;
	char path[200], elsewhere[200], precious[280];
	int file;

	old[1] = old[0];
	snprintf(path, sizeof path, "%s/%s", folder, names[_i]);
	snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", folder);
	snprintf(precious, sizeof precious, "%s/" ABC, elsewhere);
	ck_assert(rmdir(path) == 0 || errno == ENOENT);
	ck_assert_int_eq(mkdir(elsewhere, 0700), 0);
	ck_assert_int_eq(symlink("elsewhere", path), 0);
	file = open(precious, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(futimens(file, old), 0);
	close(file);
	vault_clean(vault, nobody_is_asked, NULL, &cleaned);
	ck_assert_int_eq(access(precious, F_OK), 0);
}
END_TEST

/* What the rows name, and what happens to the file while they are asked. */
static bool rows_name_it, rows_are_away;
static const char *placed_while_asked;
static bool is_read_while_asked;

static bool ask_rows(void *of, const char *sha256, bool *named)
{
	int *questions = of;

	ck_assert_str_eq(sha256, ABC);
	*named = rows_name_it;
	/* The second question comes with the name taken away. */
	if (++*questions == 2 && placed_while_asked != NULL)
		ck_assert_int_eq(store(placed_while_asked), VAULT_OK);
	if (*questions == 2 && is_read_while_asked)
		ck_assert(has(ABC));
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

START_TEST(what_cannot_be_read_or_removed_keeps_nothing_else_from_being_cleaned_up)
{
	struct vault_cleaned cleaned;
	char path[200];

	rows_name_it = false;
	/* A file and a dead end where folders should be; the link is one even to root. */
	snprintf(path, sizeof path, "%s/00", folder);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	snprintf(path, sizeof path, "%s/01", folder);
	ck_assert_int_eq(symlink("01", path), 0);
	ck_assert(!clean_old(&cleaned));
	ck_assert_int_eq(cleaned.files, 1);
	ck_assert_int_eq(cleaned.troubles, 1);
	ck_assert(!has(ABC));
}
END_TEST

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

START_TEST(a_file_read_while_it_is_cleaned_up_stays_and_is_no_trouble)
{
	struct vault_cleaned cleaned;

	rows_name_it = false;
	is_read_while_asked = true;
	ck_assert(clean_old(&cleaned));
	is_read_while_asked = false;
	ck_assert_int_eq(cleaned.files, 0);
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

int main(void)
{
	Suite *suite = suite_create("vault removal");
	TCase *all = tcase_create("vault removal");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, a_refused_upload_takes_its_file_away);
	tcase_add_test(all, a_refused_upload_leaves_what_was_there_before);
	tcase_add_test(all, a_refused_upload_leaves_what_another_has_relied_on_since);
	tcase_add_test(all, a_refused_upload_leaves_the_copy_that_another_brought);
	tcase_add_loop_test(all, uploaders_of_one_content_never_take_it_from_one_another, 0, 2);
	tcase_add_test(all, a_file_left_by_a_dying_remover_is_put_back_when_asked_for);
	tcase_add_test(all, what_is_put_back_never_covers_a_copy_brought_meanwhile);
	tcase_add_test(all, only_old_temporary_files_are_swept);
	tcase_add_loop_test(all, nothing_is_swept_behind_a_link, 0, 2);
	tcase_add_test(all,
	               what_cannot_be_read_or_removed_keeps_nothing_else_from_being_cleaned_up);
	tcase_add_test(all, only_old_files_that_no_row_names_are_cleaned_up);
	tcase_add_test(all, a_file_placed_while_it_is_cleaned_up_stays);
	tcase_add_test(all, a_file_read_while_it_is_cleaned_up_stays_and_is_no_trouble);
	tcase_add_test(all, nothing_is_cleaned_up_while_the_rows_cannot_be_asked);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
