/*
 * Passwords: an unknown user costs as much argon2id as a known one.  Counted, not timed;
 * what it takes in seconds is measured by `t/bench/run sign_in`.
 */
#include "config.h"
#include <sodium.h>
#include <string.h>
#include "base/password.h"
#include "run.h"

static struct {
	int count;
	char hash[crypto_pwhash_STRBYTES];
} verified;

int __real_crypto_pwhash_str_verify(const char *hash, const char *password,
                                    unsigned long long length);
int __wrap_crypto_pwhash_str_verify(const char *hash, const char *password,
                                    unsigned long long length);

int __wrap_crypto_pwhash_str_verify(const char *hash, const char *password,
                                    unsigned long long length)
{
	int found = __real_crypto_pwhash_str_verify(hash, password, length);

	/* A hash that cannot be read costs nothing: EINVAL at once. */
	verified.count++;
	strncpy(verified.hash, hash, sizeof verified.hash - 1);
	return found;
}

/* "$argon2id$v=19$m=65536,t=2,p=1": all that the cost depends on. */
static const char *cost(const char *hash, char *room)
{
	const char *end = hash;

	for (int dollars = 0; *end && dollars < 4; end++)
		dollars += *end == '$';
	memcpy(room, hash, (size_t)(end - hash));
	room[end - hash] = '\0';
	return room;
}

START_TEST(an_unknown_user_costs_one_verification_like_a_wrong_password)
{
	struct arena *arena = arena_new();
	char *hash = password_hash(arena, "right"), known[128], unknown[128];

	password_prepare();
	ck_assert(!password_fits(hash, "wrong"));
	ck_assert_int_eq(verified.count, 1);
	cost(verified.hash, known);
	ck_assert(!password_fits(NULL, "wrong"));
	ck_assert_int_eq(verified.count, 2);
	ck_assert_str_eq(cost(verified.hash, unknown), known);
	ck_assert_int_eq(strncmp(known, "$argon2id$", 10), 0);
	/* The stand-in is a whole hash, which has to be computed to be found wrong. */
	ck_assert_uint_eq(strlen(verified.hash), strlen(hash));
	ck_assert_int_eq(crypto_pwhash_str_needs_rehash(verified.hash,
	                                                crypto_pwhash_OPSLIMIT_INTERACTIVE,
	                                                crypto_pwhash_MEMLIMIT_INTERACTIVE),
	                 0);
	arena_free(arena);
}
END_TEST

START_TEST(nobody_knows_the_password_of_the_stand_in)
{
	static const char *const guesses[] = {"", "dummy", "password"};

	for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
		ck_assert(!password_fits(NULL, guesses[i]));
	ck_assert_int_eq(verified.count, 3);
}
END_TEST

START_TEST(a_right_password_fits_and_two_hashes_of_it_differ)
{
	struct arena *arena = arena_new();
	char *one = password_hash(arena, "right"), *two = password_hash(arena, "right");

	ck_assert_str_ne(one, two);
	ck_assert(password_fits(one, "right"));
	ck_assert(password_fits(two, "right"));
	arena_free(arena);
}
END_TEST

static void add(TCase *tests)
{
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, an_unknown_user_costs_one_verification_like_a_wrong_password);
	tcase_add_test(tests, nobody_knows_the_password_of_the_stand_in);
	tcase_add_test(tests, a_right_password_fits_and_two_hashes_of_it_differ);
}

int main(void)
{
	return sodium_init() < 0 ? EXIT_FAILURE : run_tests("password", add);
}
