/*
 * Fuzzes the multipart reader: any body, in pieces of any size.  Besides not crashing it must keep
 * its word: one file at the most, begun before its bytes, bounded fields, the same outcome
 * however the body is cut into pieces, and only clean names of files.
 */
#include <stdint.h>
#include <stdlib.h>
#include "http/disposition.h"
#include "http/multipart.h"
#include "base/facts.h"
#include "base/filename.h"
#include "base/utf8.h"
#include "memory-reader.h"

struct seen {
	int begun, fields;
	uint64_t sum; /* of all bytes of the file, in order */
};

static void must(bool true_of_it)
{
	if (!true_of_it)
		abort();
}

static bool on_field(void *to, const char *name, const char *value, size_t length)
{
	struct seen *seen = to;

	must(length <= MULTIPART_FIELD && strlen(value) == length);
	must(strlen(name) <= MULTIPART_NAME && ++seen->fields <= MULTIPART_PARTS);
	return true;
}

static bool on_begin(void *to, const char *filename, size_t length)
{
	struct seen *seen = to;
	const char *why, *name = filename_clean(filename, length, &why);

	must(++seen->begun == 1 && strlen(filename) == length);
	if (name != NULL)
		must(*name != '\0' && strlen(name) <= LIMIT_filename_bytes &&
		     strpbrk(name, "/\\\r\n") == NULL && utf8_length(name, strlen(name)) > 0);
	return true;
}

static bool on_bytes(void *to, const char *bytes, size_t length)
{
	struct seen *seen = to;

	must(seen->begun == 1);
	while (length-- > 0)
		seen->sum = seen->sum * 31 + (unsigned char)*bytes++;
	return true;
}

static enum multipart_outcome run(const uint8_t *data, size_t size, size_t step, struct seen *seen)
{
	const struct multipart_sink sink = {seen, on_field, on_begin, on_bytes};
	struct memory memory = {(const char *)data, size, 0, step, 0};
	struct reader reader = {memory_read, &memory};
	const char *why;
	enum multipart_outcome outcome = multipart_read(&reader, "b", &sink, &why);

	must(outcome == MULTIPART_DONE || outcome == MULTIPART_MALFORMED);
	must((why == NULL) == (outcome == MULTIPART_DONE));
	return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole = {0}, pieces = {0};
	enum multipart_outcome outcome;
	char boundary[MULTIPART_BOUNDARY + 1], *type;
	const char *why;

	if (size == 0)
		return 0;
	outcome = run(data + 1, size - 1, SIZE_MAX / 2, &whole);
	must(run(data + 1, size - 1, 1U + data[0] % 9, &pieces) == outcome);
	if (outcome == MULTIPART_DONE)
		must(whole.sum == pieces.sum && whole.fields == pieces.fields &&
		     whole.begun == pieces.begun);

	/* The same bytes as a Content-Type. */
	type = malloc(size + 30);
	must(type != NULL);
	memcpy(type, "multipart/form-data", 19);
	memcpy(type + 19, data, size);
	type[19 + size] = '\0';
	if (multipart_boundary(type, boundary, &why))
		must(*boundary != '\0' && why == NULL);
	free(type);
	return 0;
}
