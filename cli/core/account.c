/*
 * Where the server is and who we are to it: configuration file and environment.
 * Knows no HTTP; the file's form is stated in doc/working-folder.md.
 */
#include "config.h"

#include "core/account.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "core/workfile.h"

enum { CONFIG_MOST = 65536 };

char *account_path(struct silo *silo)
{
	const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (folder != NULL && *folder == '/')
		return arena_print(silo->arena, "%s/silo/config", folder);
	if (home == NULL || *home != '/')
		return NULL;
	return arena_print(silo->arena, "%s/.config/silo/config", home);
}

char *account_url(struct silo *silo, const char *text)
{
	size_t length = strlen(text);
	bool https = strncasecmp(text, "https://", 8) == 0;
	bool http = strncasecmp(text, "http://", 7) == 0;

	while (length > 0 && text[length - 1] == '/')
		length--;
	if ((!http && !https) || length <= (https ? 8U : 7U) ||
	    strpbrk(text, "?#@ \t\r\n") != NULL) {
		silo_fail(silo, SILO_USAGE, "usage",
		          "“%s” is not a server address such as https://silo.example.org", text);
		return NULL;
	}
	return arena_copy(silo->arena, text, length);
}

/* The key of a "key = value" line (its length), and where its value starts and ends. */
struct line {
	const char *start, *end; /* without the line end */
	const char *key;
	size_t key_length;
	const char *value;
	size_t value_length;
};

/* True for blanks within a line. */
static bool blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Takes the next line from *text; false at the end. */
static bool next_line(const char **text, struct line *line)
{
	const char *equals, *key, *key_end;

	if (**text == '\0')
		return false;
	*line = (struct line){.start = *text, .end = *text + strcspn(*text, "\n")};
	*text = line->end + (*line->end == '\n');
	for (key = line->start; key < line->end && blank(*key); key++)
		;
	equals = memchr(key, '=', (size_t)(line->end - key));
	if (equals == NULL || *key == '#')
		return true;
	for (key_end = equals; key_end > key && blank(key_end[-1]); key_end--)
		;
	line->key = key;
	line->key_length = (size_t)(key_end - key);
	for (line->value = equals + 1; line->value < line->end && blank(*line->value);
	     line->value++)
		;
	line->value_length = (size_t)(line->end - line->value);
	while (line->value_length > 0 && blank(line->value[line->value_length - 1]))
		line->value_length--;
	return true;
}

/* True when the line sets `key`. */
static bool sets(const struct line *line, const char *key)
{
	return line->key != NULL && strlen(key) == line->key_length &&
	       memcmp(line->key, key, line->key_length) == 0;
}

/* The file's text, "" when there is none; NULL after noting why it can't be read. */
static char *read_config(struct silo *silo)
{
	char *path = account_path(silo);
	char *text;
	bool absent;

	if (path == NULL)
		return arena_copy(silo->arena, "", 0);
	text = workfile_read(silo->arena, path, CONFIG_MOST, &absent);
	if (text == NULL && absent)
		return arena_copy(silo->arena, "", 0);
	if (text == NULL)
		silo_fail(silo, SILO_FAILED, "config", "can't read %s: %s", path, strerror(errno));
	return text;
}

void account_forget(struct silo *silo)
{
	silo->token = silo->user = NULL;
	silo->ca_file = silo->ca_given;
}

/* Takes url and token from the environment, which wins over the file. */
static int read_environment(struct silo *silo)
{
	const char *url = getenv("SILO_API_URL"), *token = getenv("SILO_API_TOKEN");

	if (url != NULL && *url != '\0') {
		char *given = account_url(silo, url);

		if (given == NULL)
			return SILO_USAGE;
		/* A stored token belongs to the stored server and is not shown to another. */
		if (silo->url == NULL || strcmp(silo->url, given) != 0)
			account_forget(silo);
		silo->url = given;
		silo->from_environment = silo->url_from_environment = true;
	}
	if (token != NULL && *token != '\0') {
		silo->token = arena_print(silo->arena, "%s", token);
		silo->user = NULL;
		silo->from_environment = silo->token_from_environment = true;
	}
	if (silo->token != NULL && strpbrk(silo->token, "\r\n") != NULL)
		return silo_fail(silo, SILO_USAGE, "usage", "the token contains a line break");
	return SILO_DONE;
}

int account_read(struct silo *silo)
{
	const char *text = read_config(silo);
	struct line line;

	if (text == NULL)
		return SILO_FAILED;
	while (next_line(&text, &line)) {
		char *value =
		    line.key ? arena_copy(silo->arena, line.value, line.value_length) : NULL;

		if (sets(&line, "url"))
			silo->url = account_url(silo, value);
		else if (sets(&line, "token") && line.value_length > 0)
			silo->token = value;
		else if (sets(&line, "user") && line.value_length > 0)
			silo->user = value;
		else if (sets(&line, "cacert") && line.value_length > 0 && silo->ca_given == NULL)
			silo->ca_file = value;
		if (silo->failure.exit != 0)
			return silo->failure.exit;
	}
	return read_environment(silo);
}

/* A line of the file, "" when there is no value. */
static char *setting(struct silo *silo, const char *key, const char *value)
{
	return value ? arena_print(silo->arena, "%s = %s\n", key, value)
	             : arena_copy(silo->arena, "", 0);
}

int account_write(struct silo *silo, const char *url, const char *token, const char *user)
{
	const char *text = read_config(silo);
	char *path = account_path(silo), *kept;
	struct line line;

	if (text == NULL)
		return SILO_FAILED;
	if (path == NULL)
		return silo_fail(silo, SILO_FAILED, "config",
		                 "neither HOME nor XDG_CONFIG_HOME is set");
	kept = arena_print(silo->arena, "%s%s%s%s", setting(silo, "url", url),
	                   setting(silo, "token", token), setting(silo, "user", user),
	                   setting(silo, "cacert", url ? silo->ca_file : NULL));
	while (next_line(&text, &line))
		if (!sets(&line, "url") && !sets(&line, "token") && !sets(&line, "user") &&
		    !sets(&line, "cacert"))
			kept = arena_print(silo->arena, "%s%.*s\n", kept,
			                   (int)(line.end - line.start), line.start);
	if (!workfile_make_folders(silo->arena, path, 0700) ||
	    !workfile_write(silo->arena, path, kept, strlen(kept), 0600))
		return silo_fail(silo, SILO_FAILED, "config", "can't write %s: %s", path,
		                 strerror(errno));
	return SILO_DONE;
}
