/*
 * The arena, as specification.
 */
#include "config.h"
#include <stdint.h>
#include <string.h>
#include "base/arena.h"
#include "run.h"

static char order[8];

static void note(void *thing)
{
	strcat(order, thing);
}

START_TEST(memory_is_zeroed_and_aligned_also_when_it_is_used_again)
{
	struct arena *arena = arena_new();

	for (int round = 0; round < 3; round++) {
		for (size_t size = 1; size < 300; size += 7) {
			unsigned char *bytes = arena_take(arena, size);

			ck_assert_uint_eq((uintptr_t)bytes % _Alignof(max_align_t), 0);
			for (size_t at = 0; at < size; at++)
				ck_assert_uint_eq(bytes[at], 0);
			memset(bytes, 0xff, size);
		}
		arena_empty(arena);
	}
	arena_free(arena);
}
END_TEST

START_TEST(a_taking_larger_than_a_block_is_whole_and_apart_from_others)
{
	struct arena *arena = arena_new();
	char *before = arena_copy(arena, "before", 6);
	char *large = arena_take(arena, 1 << 20);
	char *after = arena_copy(arena, "after", 5);

	memset(large, 'x', 1 << 20);
	ck_assert_str_eq(before, "before");
	ck_assert_str_eq(after, "after");
	arena_free(arena);
}
END_TEST

START_TEST(copies_end_with_nul_and_keep_bytes)
{
	struct arena *arena = arena_new();

	ck_assert_mem_eq(arena_copy(arena, "a\0b", 3), "a\0b\0", 4);
	ck_assert_str_eq(arena_copy(arena, NULL, 0), "");
	arena_free(arena);
}
END_TEST

START_TEST(print_has_no_limit)
{
	struct arena *arena = arena_new();
	char *many = arena_take(arena, 70001);

	memset(many, 'y', 70000);
	ck_assert_uint_eq(strlen(arena_print(arena, "%s-%d", many, 42)), 70003);
	arena_free(arena);
}
END_TEST

START_TEST(ties_are_released_last_first_and_once)
{
	struct arena *arena = arena_new();

	order[0] = '\0';
	arena_tie(arena, note, "1");
	arena_tie(arena, note, "2");
	arena_empty(arena);
	ck_assert_str_eq(order, "21");
	arena_tie(arena, note, "3");
	arena_free(arena);
	ck_assert_str_eq(order, "213");
	arena_free(NULL);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, memory_is_zeroed_and_aligned_also_when_it_is_used_again);
	tcase_add_test(tests, a_taking_larger_than_a_block_is_whole_and_apart_from_others);
	tcase_add_test(tests, copies_end_with_nul_and_keep_bytes);
	tcase_add_test(tests, print_has_no_limit);
	tcase_add_test(tests, ties_are_released_last_first_and_once);
}

int main(void)
{
	return run_tests("arena", add);
}
