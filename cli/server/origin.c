/*
 * Origins of addresses: scheme, host and port, which decide who is shown the token.
 */
#include "config.h"

#include "server/origin.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

/* Scheme, host and port of a URL as one string that curl_free gives back; NULL when it is none. */
static char *origin_of(const char *url)
{
	CURLU *parts = curl_url();
	char *origin = NULL;

	if (parts == NULL)
		return NULL;
	if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK) {
		curl_url_set(parts, CURLUPART_PATH, "/", 0);
		curl_url_set(parts, CURLUPART_QUERY, NULL, 0);
		curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0);
		curl_url_set(parts, CURLUPART_USER, NULL, 0);
		curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0);
		if (curl_url_get(parts, CURLUPART_URL, &origin, CURLU_DEFAULT_PORT) != CURLUE_OK)
			origin = NULL;
	}
	curl_url_cleanup(parts);
	return origin;
}

bool origin_same(const char *one, const char *other)
{
	char *first = origin_of(one), *second = origin_of(other);
	bool same = first != NULL && second != NULL && strcasecmp(first, second) == 0;

	curl_free(first);
	curl_free(second);
	return same;
}

/* True when `text` ends so. */
static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t end_length = strlen(end);

	return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

char *origin_header(struct arena *arena, const char *url)
{
	char *origin = origin_of(url), *kept;
	size_t length = origin ? strlen(origin) : 0;

	while (length > 0 && origin[length - 1] == '/')
		length--;
	/* Browsers leave the default port out, and the server compares with the Host header. */
	if (length > 5 && strncasecmp(origin, "https", 5) == 0 && ends_with(origin, length, ":443"))
		length -= 4;
	else if (length > 5 && strncasecmp(origin, "http:", 5) == 0 &&
	         ends_with(origin, length, ":80"))
		length -= 3;
	kept = origin ? arena_copy(arena, origin, length) : NULL;
	curl_free(origin);
	return kept;
}

char *origin_redirect(struct arena *arena, const char *from, const char *location)
{
	CURLU *parts = curl_url();
	char *text = NULL, *kept = NULL;

	if (parts != NULL && curl_url_set(parts, CURLUPART_URL, from, 0) == CURLUE_OK &&
	    curl_url_set(parts, CURLUPART_URL, location, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_URL, &text, 0) == CURLUE_OK)
		kept = arena_print(arena, "%s", text);
	curl_free(text);
	curl_url_cleanup(parts);
	return kept;
}
