/*
 * The one HTTP room: libcurl, TLS always verified, the token shown to the server's own origin only,
 * retries where a second try can't do harm.  Knows no route and no JSON.
 *
 * Redirects are followed here and not by libcurl: a header of ours would be sent on to another
 * port or scheme by the older ones it may be linked with.
 */
#include "config.h"

#include "http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "progress.h"

enum {
	ANSWER_MOST = 64 << 20,  /* bytes of an answer kept in memory */
	REDIRECTS_MOST = 5,
	TRIES_CONNECTING = 3,    /* nothing was sent yet */
	TRIES_REPEATABLE = 7,    /* some 20 s in all */
	SILENCE_SECONDS = 60,
	RETRY_AFTER_MOST = 10
};

struct http {
	struct arena *arena;
	CURL         *curl;
	const char   *url, *token, *ca_file;
	bool          session;
	const char   *cookie; /* "name=value" of the session; NULL: none yet */
	int64_t       clock_offset; /* the server's time minus ours */
	bool          offset_known;
};

/* One transfer on its way. */
struct transfer {
	struct http               *http;
	const struct http_request *request;
	struct http_answer        *answer;
	CURL                      *curl;
	char                      *bytes; /* of the body kept in memory */
	size_t                     length, room;
	bool                       sink_failed;
	int                        sink_errno;
	bool                       restarted; /* the sink's content was thrown away for a whole answer */
	char                       error[CURL_ERROR_SIZE];
};

struct http *http_new(struct arena *arena, const char *url, const char *token, const char *ca_file)
{
	struct http *http = arena_take(arena, sizeof *http);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->arena = arena;
	http->url = url;
	http->token = token;
	http->ca_file = ca_file;
	http->curl = curl_easy_init();
	if (http->curl == NULL)
		abort();
	return http;
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->curl);
	curl_global_cleanup();
}

void http_use_session(struct http *http)
{
	http->session = true;
}

struct http_request http_request(const char *method, const char *path)
{
	return (struct http_request){
		.method = method, .path = path, .upload = -1, .upload_size = -1, .sink = -1,
		.repeatable = strcmp(method, "GET") == 0,
	};
}

time_t http_now(const struct http *http)
{
	return time(NULL) + (time_t)(http == NULL ? 0 : http->clock_offset);
}

/* Scheme, host and port of a URL as one string that curl_free gives back; NULL when it is none. */
static char *origin_of(const char *url)
{
	CURLU *parts = curl_url();
	char  *origin = NULL;

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

bool http_same_origin(const char *one, const char *other)
{
	char *first = origin_of(one), *second = origin_of(other);
	bool  same = first != NULL && second != NULL && strcasecmp(first, second) == 0;

	curl_free(first);
	curl_free(second);
	return same;
}

/* Keeps an answer's bytes in memory, up to the limit. */
static size_t keep_bytes(struct transfer *transfer, const char *bytes, size_t length)
{
	if (length > ANSWER_MOST - transfer->length)
		return 0;
	if (transfer->length + length + 1 > transfer->room) {
		size_t room = (transfer->length + length + 1) * 2;
		char  *larger = realloc(transfer->bytes, room);

		if (larger == NULL)
			return 0;
		transfer->bytes = larger;
		transfer->room = room;
	}
	memcpy(transfer->bytes + transfer->length, bytes, length);
	transfer->length += length;
	transfer->bytes[transfer->length] = '\0';
	return length;
}

/* Writes an answer's bytes to the sink; a whole answer to a request for the rest starts over. */
static size_t sink_bytes(struct transfer *transfer, const char *bytes, size_t length, long status)
{
	int    sink = transfer->request->sink;
	size_t wrote = 0;

	if (status == 200 && !transfer->restarted) {
		transfer->restarted = true;
		transfer->answer->received = 0;
		if (ftruncate(sink, 0) != 0 || lseek(sink, 0, SEEK_SET) != 0)
			transfer->sink_failed = true;
	}
	while (!transfer->sink_failed && wrote < length) {
		ssize_t got = write(sink, bytes + wrote, length - wrote);

		if (got < 0 && errno != EINTR)
			transfer->sink_failed = true;
		else if (got > 0)
			wrote += (size_t)got;
	}
	if (transfer->sink_failed) {
		transfer->sink_errno = errno;
		return 0;
	}
	transfer->answer->received += (int64_t)length;
	return length;
}

/* libcurl's write callback. */
static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	long             status = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
	if (transfer->request->sink >= 0 && (status == 200 || status == 206))
		return sink_bytes(transfer, bytes, size * count, status);
	return keep_bytes(transfer, bytes, size * count);
}

/* The value of header `name` when the line is one, in the arena; NULL else. */
static char *header_value(struct arena *arena, const char *line, size_t length, const char *name)
{
	size_t name_length = strlen(name), start = name_length + 1;

	if (length <= start || strncasecmp(line, name, name_length) != 0 || line[name_length] != ':')
		return NULL;
	while (start < length && (line[start] == ' ' || line[start] == '\t'))
		start++;
	while (length > start && strchr("\r\n \t", line[length - 1]) != NULL)
		length--;
	return arena_copy(arena, line + start, length - start);
}

/* libcurl's header callback: keeps the few that are of use. */
static size_t take_header(char *line, size_t size, size_t count, void *context)
{
	struct transfer    *transfer = context;
	struct http_answer *answer = transfer->answer;
	struct arena       *arena = transfer->http->arena;
	size_t              length = size * count;
	char               *value;

	if ((value = header_value(arena, line, length, "etag")) != NULL) {
		answer->etag = value;
	} else if ((value = header_value(arena, line, length, "location")) != NULL) {
		answer->location = value;
	} else if (transfer->http->session &&
	           (value = header_value(arena, line, length, "set-cookie")) != NULL) {
		/* One cookie, one server, three requests: libcurl's own jar would outlive a reset. */
		transfer->http->cookie = arena_copy(arena, value, strcspn(value, ";"));
	} else if ((value = header_value(arena, line, length, "retry-after")) != NULL) {
		answer->retry_after = strtol(value, NULL, 10);
	} else if ((value = header_value(arena, line, length, "date")) != NULL) {
		time_t theirs = curl_getdate(value, NULL);

		if (theirs > 0)
			transfer->http->clock_offset = (int64_t)theirs - (int64_t)time(NULL);
	}
	return length;
}

/* libcurl's read callback for uploads. */
static size_t give_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	ssize_t          got;

	do
		got = read(transfer->request->upload, bytes, size * count);
	while (got < 0 && errno == EINTR);
	return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

/* libcurl's progress callback. */
static int report(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                  curl_off_t up)
{
	struct transfer *transfer = context;
	int64_t          before = transfer->restarted ? 0 : transfer->request->offset;

	if (transfer->request->upload_size >= 0)
		progress_update(transfer->request->progress, up, up_total);
	else
		progress_update(transfer->request->progress, before + down, before + down_total);
	return 0;
}

/* Allows HTTP and HTTPS only. */
static void restrict_protocols(CURL *handle)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

/* What every request has, whatever its address. */
static void set_up(const struct http *http, CURL *handle)
{
	restrict_protocols(handle);
	curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(handle, CURLOPT_USERAGENT, "silo/" PACKAGE_VERSION);
	curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
	if (http->ca_file != NULL)
		curl_easy_setopt(handle, CURLOPT_CAINFO, http->ca_file);
}

/* Adds "name: value" to a list of headers. */
static struct curl_slist *add_header(struct arena *arena, struct curl_slist *list, const char *name,
                                     const char *value)
{
	struct curl_slist *longer =
		curl_slist_append(list, arena_print(arena, "%s: %s", name, value));

	if (longer == NULL)
		abort();
	return longer;
}

/* Credentials, for the server's own origin only. */
static struct curl_slist *add_credentials(struct http *http, struct curl_slist *list,
                                          const char *url, bool anonymous)
{
	if (!http_same_origin(http->url, url))
		return list;
	if (http->session) {
		char *origin = origin_of(http->url);
		size_t length = origin ? strlen(origin) : 0;

		while (length > 0 && origin[length - 1] == '/')
			length--;
		/* Browsers leave the default port out, and the server compares with the Host header. */
		if (length > 4 && strncasecmp(origin, "https", 5) == 0 &&
		    strncmp(origin + length - 4, ":443", 4) == 0)
			length -= 4;
		else if (length > 3 && strncmp(origin + length - 3, ":80", 3) == 0)
			length -= 3;
		if (origin != NULL)
			list = add_header(http->arena, list, "Origin",
			                  arena_copy(http->arena, origin, length));
		curl_free(origin);
		if (http->cookie != NULL)
			list = add_header(http->arena, list, "Cookie", http->cookie);
	}
	if (http->token != NULL && !anonymous)
		list = add_header(http->arena, list, "Authorization",
		                  arena_print(http->arena, "Bearer %s", http->token));
	return list;
}

struct curl_slist *http_prepare(struct http *http, CURL *handle, const char *path,
                                struct curl_slist *extra)
{
	const char *url = arena_print(http->arena, "%s%s", http->url, path);

	set_up(http, handle);
	curl_easy_setopt(handle, CURLOPT_URL, url);
	extra = add_credentials(http, extra, url, false);
	curl_easy_setopt(handle, CURLOPT_HTTPHEADER, extra);
	return extra;
}

/* Method and body. */
static struct curl_slist *set_body(struct transfer *transfer, struct curl_slist *list)
{
	const struct http_request *request = transfer->request;
	CURL                      *curl = transfer->curl;

	if (request->upload_size >= 0) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->upload_size);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
		curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
	} else if (request->body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
	} else if (strcmp(request->method, "POST") == 0) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
	} else {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	/* Without one libcurl would call an empty body a form. */
	list = add_header(transfer->http->arena, list, "Content-Type",
	                  request->content_type != NULL ? request->content_type : "");
	/* nginx asks for the body at once; waiting for its leave costs a second where it doesn't. */
	return add_header(transfer->http->arena, list, "Expect", "");
}

/* Asks for the rest of a download that was cut. */
static struct curl_slist *set_range(struct transfer *transfer, struct curl_slist *list)
{
	const struct http_request *request = transfer->request;

	if (request->sink < 0 || request->offset == 0 || request->if_range == NULL)
		return list;
	list = add_header(transfer->http->arena, list, "If-Range", request->if_range);
	return add_header(transfer->http->arena, list, "Range",
	                  arena_print(transfer->http->arena, "bytes=%lld-", (long long)request->offset));
}

/* Sets the handle up for one transfer of `url`. */
static struct curl_slist *set_transfer(struct transfer *transfer, const char *url)
{
	struct curl_slist *list;

	curl_easy_reset(transfer->curl);
	set_up(transfer->http, transfer->curl);
	curl_easy_setopt(transfer->curl, CURLOPT_URL, url);
	curl_easy_setopt(transfer->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(transfer->curl, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(transfer->curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(transfer->curl, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(transfer->curl, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(transfer->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(transfer->curl, CURLOPT_LOW_SPEED_TIME,
	                 transfer->request->upload_size >= 0 ? 5L * SILENCE_SECONDS
	                                                     : (long)SILENCE_SECONDS);
	if (transfer->request->progress != NULL) {
		curl_easy_setopt(transfer->curl, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(transfer->curl, CURLOPT_XFERINFOFUNCTION, report);
		curl_easy_setopt(transfer->curl, CURLOPT_XFERINFODATA, transfer);
	}
	list = set_range(transfer, set_body(transfer, NULL));
	list = add_credentials(transfer->http, list, url, transfer->request->anonymous);
	curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, list);
	return list;
}

/* One try: fills the answer, returns how it ended. */
static CURLcode try_once(struct http *http, const struct http_request *request, const char *url,
                         struct http_answer *answer)
{
	struct transfer    transfer = { .http = http, .request = request, .answer = answer,
		                        .curl = http->curl };
	int64_t            received = answer->received;
	struct curl_slist *list = set_transfer(&transfer, url);
	CURLcode           ended;

	*answer = (struct http_answer){ .received = received, .body = "" };
	if (request->upload_size >= 0 && lseek(request->upload, 0, SEEK_SET) != 0)
		abort();
	ended = curl_easy_perform(http->curl);
	curl_slist_free_all(list);
	if (ended == CURLE_OK)
		curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &answer->status);
	else if (transfer.sink_failed)
		answer->problem = arena_print(http->arena, "can't write: %s", strerror(transfer.sink_errno));
	else
		answer->problem = arena_print(http->arena, "%s",
		                              *transfer.error ? transfer.error : curl_easy_strerror(ended));
	if (transfer.bytes != NULL) {
		answer->body = arena_copy(http->arena, transfer.bytes, transfer.length);
		answer->length = transfer.length;
		free(transfer.bytes);
	}
	return transfer.sink_failed ? CURLE_WRITE_ERROR : ended;
}

/* May a second try help, and can't it do harm? */
static bool worth_another(const struct http_request *request, CURLcode ended, long status, int tried)
{
	switch (ended) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return tried < TRIES_CONNECTING || (request->upload_size >= 0 && tried < TRIES_REPEATABLE);
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_SSL_CONNECT_ERROR:
		return request->repeatable && tried < TRIES_REPEATABLE;
	case CURLE_OK:
		return request->repeatable && tried < TRIES_REPEATABLE &&
		       (status == 429 || (status >= 502 && status <= 504));
	default:
		return false;
	}
}

/* Waits before another try: what the server says, else 0.2 s doubling up to 5 s. */
static void wait_before(int tried, long retry_after)
{
	long            ms = 200L << (tried < 5 ? tried - 1 : 5);
	struct timespec pause;

	if (ms > 5000)
		ms = 5000;
	if (retry_after > 0)
		ms = 1000 * (retry_after < RETRY_AFTER_MOST ? retry_after : RETRY_AFTER_MOST);
	pause = (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	nanosleep(&pause, NULL);
}

/* Tries until it is answered or no further try makes sense. */
static void send_to(struct http *http, const struct http_request *request, const char *url,
                    struct http_answer *answer)
{
	struct http_request again = *request;
	CURLcode            ended;

	for (int tried = 1;; tried++) {
		ended = try_once(http, &again, url, answer);
		if (!worth_another(request, ended, answer->status, tried))
			return;
		/* What has arrived need not be sent again, if it is still the same file. */
		if (request->sink >= 0 && request->if_range != NULL)
			again.offset = answer->received;
		progress_note(request->progress, "connection lost, trying again");
		wait_before(tried, answer->retry_after);
	}
}

/* The absolute form of a Location header; NULL when it is none. */
static char *redirect_target(struct http *http, const char *from, const char *location)
{
	CURLU *parts = curl_url();
	char  *text = NULL, *kept = NULL;

	if (parts != NULL && curl_url_set(parts, CURLUPART_URL, from, 0) == CURLUE_OK &&
	    curl_url_set(parts, CURLUPART_URL, location, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_URL, &text, 0) == CURLUE_OK)
		kept = arena_print(http->arena, "%s", text);
	curl_free(text);
	curl_url_cleanup(parts);
	return kept;
}

void http_send(struct http *http, const struct http_request *request, struct http_answer *answer)
{
	char *url = arena_print(http->arena, "%s%s", http->url, request->path);

	*answer = (struct http_answer){ .received = request->offset };
	for (int hops = 0; hops <= REDIRECTS_MOST; hops++) {
		bool redirect;

		send_to(http, request, url, answer);
		redirect = answer->status >= 301 && answer->status <= 308 && answer->status != 304 &&
		           answer->location != NULL;
		if (!redirect || strcmp(request->method, "GET") != 0)
			return;
		url = redirect_target(http, url, answer->location);
		if (url == NULL)
			break;
	}
	*answer = (struct http_answer){ .problem = "the server redirects in a circle" };
}
