/*
 * The multipart reader.  One window slides over the body; a part's bytes leave it as soon as they
 * can't be the start of a boundary.  The body is read as if it began with "\r\n", so that the first
 * boundary is found like all others.
 */
#include "config.h"
#include "http/multipart.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "http/disposition.h"

enum { WINDOW = 131072 };

struct state {
	const struct reader *reader;
	const struct multipart_sink *sink;
	const char *why;
	enum multipart_outcome outcome;
	char delimiter[MULTIPART_BOUNDARY + 5]; /* "\r\n--boundary" */
	size_t delimiter_length;
	char *window;      /* WINDOW + 1 bytes */
	size_t start, end; /* the unread part of it */
	bool at_end;       /* the reader has no more */
	int parts;
	bool file_seen;
	char *field; /* MULTIPART_FIELD + 1 bytes */
	size_t field_length;
	char *headers; /* MULTIPART_HEADERS + 1 bytes */
	char *scratch; /* MULTIPART_HEADERS + 2 bytes, twice */
};

/* The headers of one part. */
struct part {
	char name[MULTIPART_NAME + 1];
	const char *filename; /* in the second half of scratch; NULL = a text field */
};

static bool fail(struct state *s, enum multipart_outcome outcome, const char *why)
{
	s->outcome = outcome;
	s->why = why;
	return false;
}

static bool malformed(struct state *s, const char *why)
{
	return fail(s, MULTIPART_MALFORMED, why);
}

/* Moves the unread part to the front and reads once.  False: failure, or the end (at_end). */
static bool fill(struct state *s)
{
	ssize_t got;

	if (s->at_end)
		return false;
	if (s->start > 0) {
		memmove(s->window, s->window + s->start, s->end - s->start);
		s->end -= s->start;
		s->start = 0;
	}
	got = s->reader->read(s->reader->from, s->window + s->end, WINDOW - s->end);
	if (got < 0)
		return fail(s, MULTIPART_BROKEN, NULL);
	if (got == 0)
		s->at_end = true;
	s->end += (size_t)got;
	return got > 0;
}

/* Makes at least `least` bytes available; false if the body has fewer. */
static bool want(struct state *s, size_t least)
{
	while (s->end - s->start < least)
		if (!fill(s))
			return s->outcome == MULTIPART_DONE
			           ? malformed(s, "The body ends too early.")
			           : false;
	return true;
}

/* Skips blanks after a boundary; CRLF must follow, and stays unread. */
static bool skip_padding(struct state *s)
{
	size_t blanks = 0;

	for (;;) {
		if (!want(s, 2))
			return false;
		if (s->window[s->start] != ' ' && s->window[s->start] != '\t')
			break;
		s->start++;
		if (++blanks > MULTIPART_BOUNDARY)
			return malformed(s, "Too many blanks follow a boundary.");
	}
	if (memcmp(s->window + s->start, "\r\n", 2) != 0)
		return malformed(s, "A boundary is not followed by a line end.");
	return true;
}

/* Copies the header block to s->headers, without the blank line that ends it. */
static bool read_headers(struct state *s)
{
	size_t have, searched = 0;
	char *stop;

	for (;;) {
		have = s->end - s->start;
		stop = memmem(s->window + s->start + searched, have - searched, "\r\n\r\n", 4);
		if (stop || have > MULTIPART_HEADERS)
			break;
		searched = have > 3 ? have - 3 : 0;
		if (!want(s, have + 1))
			return false;
	}
	have = stop ? (size_t)(stop - (s->window + s->start)) : MULTIPART_HEADERS + 1;
	if (have > MULTIPART_HEADERS)
		return malformed(s, "The headers of a part are too long.");
	memcpy(s->headers, s->window + s->start, have);
	s->headers[have] = '\0';
	s->start += have + 4;
	if (strlen(s->headers) != have)
		return malformed(s, "The headers of a part hold a NUL.");
	return true;
}

static bool read_disposition(struct state *s, struct part *part, const char *at)
{
	const char *name, *value;
	char *kept = s->scratch + MULTIPART_HEADERS + 2;
	bool named = false, extended = false;
	int more;

	at += strspn(at, " \t");
	if (strncasecmp(at, "form-data", 9) != 0)
		return malformed(s, "A part is not form-data.");
	at += 9;
	while ((more = parameter_next(&at, s->scratch, &name, &value)) > 0) {
		if (strcmp(name, "name") == 0) {
			if (named || strlen(value) > MULTIPART_NAME)
				return malformed(s, "A part has two names or a very long one.");
			named = true;
			memcpy(part->name, value, strlen(value) + 1);
		} else if (strcmp(name, "filename*") == 0) {
			/* Preferred in any position, RFC 6266. */
			memcpy(kept, value, strlen(value) + 1);
			if (extended || !extended_decode(kept))
				return malformed(s,
				                 "A filename* is not UTF-8 in percent-encoding.");
			part->filename = kept;
			extended = true;
		} else if (strcmp(name, "filename") == 0 && !extended) {
			if (part->filename)
				return malformed(s, "A part has two filenames.");
			memcpy(kept, value, strlen(value) + 1);
			part->filename = kept;
		}
	}
	if (more < 0)
		return malformed(s, "A Content-Disposition can't be read.");
	if (!named && !part->filename)
		return malformed(s, "A part has neither name nor filename.");
	return true;
}

/* Bytes must arrive as they are: mail encodings are not decoded here. */
static bool encoding_is_plain(const char *value)
{
	value += strspn(value, " \t");
	return strncasecmp(value, "binary", 6) == 0 || strncasecmp(value, "8bit", 4) == 0 ||
	       strncasecmp(value, "7bit", 4) == 0;
}

/* The block starts with the CRLF of the boundary's line; each line starts after one. */
static bool read_part(struct state *s, struct part *part)
{
	char *line = s->headers, *next;
	bool disposed = false;

	memset(part, 0, sizeof *part);
	if (!read_headers(s))
		return false;
	for (line += *line == '\0' ? 0 : 2; line && *line != '\0'; line = next) {
		next = strstr(line, "\r\n");
		if (next) {
			*next = '\0';
			next += 2;
		}
		if (*line == ' ' || *line == '\t' || !strchr(line, ':'))
			return malformed(s, "A part has a line that is no header.");
		if (strncasecmp(line, "Content-Disposition:", 20) == 0) {
			if (disposed)
				return malformed(s, "A part has two Content-Dispositions.");
			/* multipart_read frees the headers; clang-tidy cannot see it. */
			if (!read_disposition(s, part, line + 20))
				return false; /* NOLINT(clang-analyzer-unix.Malloc) */
			disposed = true;
		} else if (strncasecmp(line, "Content-Transfer-Encoding:", 26) == 0 &&
		           !encoding_is_plain(line + 26)) {
			return malformed(s, "A part uses a transfer encoding.");
		}
	}
	return disposed ? true : malformed(s, "A part has no Content-Disposition.");
}

/*
 * Passes on the part's bytes up to the delimiter, and consumes the delimiter.  All bytes in the
 * window except the last (delimiter - 1) are known not to start one.
 */
static bool read_bytes(struct state *s, bool (*take)(struct state *, const char *, size_t))
{
	for (;;) {
		char *from = s->window + s->start;
		size_t have = s->end - s->start;
		char *stop = memmem(from, have, s->delimiter, s->delimiter_length);
		size_t sure;

		if (stop)
			sure = (size_t)(stop - from);
		else
			sure = have < s->delimiter_length ? 0 : have - (s->delimiter_length - 1);
		if (sure > 0 && !take(s, from, sure))
			return false;
		s->start += sure;
		if (stop) {
			s->start += s->delimiter_length;
			return true;
		}
		if (!want(s, s->end - s->start + 1))
			return false;
	}
}

static bool take_file(struct state *s, const char *bytes, size_t length)
{
	return s->sink->file_bytes(s->sink->to, bytes, length) ? true
	                                                       : fail(s, MULTIPART_STOPPED, NULL);
}

static bool take_nothing(struct state *s, const char *bytes, size_t length)
{
	(void)bytes;
	(void)length;
	return malformed(s, "The body does not start with its boundary.");
}

static bool take_field(struct state *s, const char *bytes, size_t length)
{
	if (memchr(bytes, '\0', length))
		return malformed(s, "A text field holds a NUL.");
	if (length > MULTIPART_FIELD - s->field_length)
		return malformed(s, "A text field is too long.");
	memcpy(s->field + s->field_length, bytes, length);
	s->field_length += length;
	return true;
}

static bool read_file(struct state *s, const struct part *part)
{
	const struct multipart_sink *sink = s->sink;

	if (s->file_seen)
		return malformed(s, "There is more than one file.");
	s->file_seen = true;
	if (!sink->file_begin(sink->to, part->filename, strlen(part->filename)))
		return fail(s, MULTIPART_STOPPED, NULL);
	return read_bytes(s, take_file);
}

static bool read_field(struct state *s, const struct part *part)
{
	s->field_length = 0;
	if (!read_bytes(s, take_field))
		return false;
	s->field[s->field_length] = '\0';
	return s->sink->field(s->sink->to, part->name, s->field, s->field_length)
	           ? true
	           : fail(s, MULTIPART_STOPPED, NULL);
}

/* The body must end here: a limited number of bytes after the last boundary is ignored. */
static bool read_epilogue(struct state *s)
{
	size_t length = 0;

	for (;;) {
		length += s->end - s->start;
		s->start = s->end;
		if (length > MULTIPART_EPILOGUE)
			return malformed(s, "The body continues after its last boundary.");
		if (!fill(s))
			return s->outcome == MULTIPART_DONE;
	}
}

static bool read_parts(struct state *s)
{
	struct part part;

	if (!read_bytes(s, take_nothing))
		return false;
	for (;;) {
		if (!want(s, 2))
			return false;
		if (memcmp(s->window + s->start, "--", 2) == 0)
			break;
		if (++s->parts > MULTIPART_PARTS)
			return malformed(s, "There are too many parts.");
		if (!skip_padding(s) || !read_part(s, &part))
			return false;
		if (!(part.filename ? read_file(s, &part) : read_field(s, &part)))
			return false;
	}
	s->start += 2;
	return read_epilogue(s);
}

enum multipart_outcome multipart_read(const struct reader *reader, const char *boundary,
                                      const struct multipart_sink *sink, const char **why)
{
	struct state s = {.reader = reader, .sink = sink, .outcome = MULTIPART_DONE};

	*why = NULL;
	if (strlen(boundary) > MULTIPART_BOUNDARY) {
		*why = "The boundary is too long.";
		return MULTIPART_MALFORMED;
	}
	memcpy(s.delimiter, "\r\n--", 4);
	memcpy(s.delimiter + 4, boundary, strlen(boundary));
	s.delimiter_length = strlen(boundary) + 4;
	s.window = malloc(WINDOW + 1);
	s.field = malloc(MULTIPART_FIELD + 1);
	s.headers = malloc(MULTIPART_HEADERS + 1);
	s.scratch = malloc((size_t)2 * (MULTIPART_HEADERS + 2));
	if (!s.window || !s.field || !s.headers || !s.scratch) {
		s.outcome = MULTIPART_NO_MEMORY;
		goto out;
	}
	memcpy(s.window, "\r\n", 2);
	s.end = 2;
	read_parts(&s);
	*why = s.why;
out:
	free(s.scratch);
	free(s.headers);
	free(s.field);
	free(s.window);
	return s.outcome;
}

/* The characters of RFC 2046; no blank at the end. */
static bool boundary_is_valid(const char *boundary)
{
	size_t length = strlen(boundary);

	return length >= 1 && length <= MULTIPART_BOUNDARY && boundary[length - 1] != ' ' &&
	       strspn(boundary, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                        "'()+_,-./:=? ") == length;
}

bool multipart_boundary(const char *content_type, char boundary[MULTIPART_BOUNDARY + 1],
                        const char **why)
{
	static const char type[] = "multipart/form-data";
	const char *at, *name, *value;
	char *scratch;
	bool found = false;

	*why = NULL;
	if (!content_type || strncasecmp(content_type, type, sizeof type - 1) != 0)
		return false;
	at = content_type + sizeof type - 1;
	if (*at != '\0' && *at != ';' && *at != ' ' && *at != '\t')
		return false;
	*why = "The boundary of the multipart body is missing or not valid.";
	scratch = malloc(strlen(at) + 2);
	while (scratch && parameter_next(&at, scratch, &name, &value) > 0)
		if (strcmp(name, "boundary") == 0 && !found) {
			if (!boundary_is_valid(value))
				break;
			memcpy(boundary, value, strlen(value) + 1);
			found = true;
		}
	free(scratch);
	if (found)
		*why = NULL;
	return found;
}
