/*
 * Fuzz target: what the command line reads out of a server's answer.  Any bytes as a list of
 * revisions with locks: names that pass the check must be plain, and what is shown must not steer
 * a terminal.
 *
 * links: cli
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/command.h"
#include "core/members.h"
#include "core/text.h"
#include "core/workfile.h"
#include "exchange/transfer.h"
#include "server/words.h"

static void must(bool true_of_it)
{
	if (!true_of_it)
		abort();
}

/* A name that may be used stays in its folder and is shown as it is. */
static void judge_name(struct arena *arena, const char *name)
{
	if (workfile_name_problem(name) != NULL)
		return;
	must(strchr(name, '/') == NULL && name[0] != '.' && name[0] != '\0');
	must(strcmp(name, text_printable(arena, name)) == 0);
	must(workfile_path_problem(name) == NULL);
}

/* What is shown: no byte that steers, never wider than asked for. */
static void judge_text(struct arena *arena, const char *text, size_t columns)
{
	const char *safe = text_printable(arena, text);

	for (const char *at = safe; *at != '\0'; at++)
		must((unsigned char)*at >= 0x20 && *at != 0x7f);
	must(text_columns(text_fit(arena, safe, columns + 1)) <= columns + 1);
	must(strspn(text_encoded(arena, text),
	            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	            "0123456789-._~%") == strlen(text_encoded(arena, text)));
	(void)text_time(text);
	(void)text_duration(text);
}

/* One row in all ways in which commands read it. */
static void read_row(struct silo *silo, json_object *row)
{
	struct revision revision = transfer_read(silo, "F01-0001", row);

	must((revision.sha256 == NULL) == (revision.filename == NULL));
	if (revision.filename != NULL)
		judge_name(silo->arena, revision.filename);
	judge_text(silo->arena, revision.comment, (size_t)revision.number & 63);
	judge_text(silo->arena, words_lock(silo, row), 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct command command = {.name = "checkout"};
	struct silo silo = {
	    .arena = arena_new(), .command = &command, .url = (char *)"http://localhost"};
	json_object *answer = silo_keep(&silo, members_parse((const char *)bytes, size));
	json_object *rows = member_array(answer, "revisions");
	struct http_answer got = {
	    .status = size > 0 ? 400 + bytes[0] : 500, .body = (const char *)bytes, .length = size};
	struct api_answer judged;
	char *name = arena_copy(silo.arena, (const char *)bytes, size);

	judge_name(silo.arena, name);
	judge_text(silo.arena, name, size & 63);
	read_row(&silo, answer);
	for (size_t i = 0; rows != NULL && i < json_object_array_length(rows); i++)
		read_row(&silo, json_object_array_get_idx(rows, i));
	must(api_judge(&silo, &got, &judged) != SILO_DONE);
	json_object_put(silo_failure_json(&silo));
	arena_free(silo.arena);
	return 0;
}
