/*
 * One try of one request: libcurl set up for it, performed, and how it ended in the answer.  The
 * token is shown to the server's own origin only.  Knows no retry and no redirect.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/interrupt.h"
#include "core/text.h"
#include "server/http_inner.h"
#include "server/origin.h"

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
	if (!origin_same(http->url, url))
		return list;
	if (http->session) {
		const char *origin = origin_header(http->arena, http->url);

		if (origin != NULL)
			list = add_header(http->arena, list, "Origin", origin);
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
	CURL *curl = transfer->curl;

	if (request->upload_size >= 0) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		                 (curl_off_t)request->upload_size);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, receive_upload);
		curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
	} else if (request->body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		                 (curl_off_t)request->body_length);
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
	/* nginx asks for the body at once; waiting for its leave costs a second where it doesn't.
	 */
	return add_header(transfer->http->arena, list, "Expect", "");
}

/* Asks for the rest of a download that was cut. */
static struct curl_slist *set_range(struct transfer *transfer, struct curl_slist *list)
{
	const struct http_request *request = transfer->request;

	if (request->sink < 0 || request->offset == 0 || request->if_range == NULL)
		return list;
	list = add_header(transfer->http->arena, list, "If-Range", request->if_range);
	return add_header(
	    transfer->http->arena, list, "Range",
	    arena_print(transfer->http->arena, "bytes=%lld-", (long long)request->offset));
}

/* Sets the handle up for one transfer of `url`. */
static struct curl_slist *set_transfer(struct transfer *transfer, const char *url)
{
	struct curl_slist *list;

	curl_easy_reset(transfer->curl);
	set_up(transfer->http, transfer->curl);
	curl_easy_setopt(transfer->curl, CURLOPT_URL, url);
	curl_easy_setopt(transfer->curl, CURLOPT_WRITEFUNCTION, receive_body);
	curl_easy_setopt(transfer->curl, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(transfer->curl, CURLOPT_HEADERFUNCTION, receive_header);
	curl_easy_setopt(transfer->curl, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(transfer->curl, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(transfer->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(transfer->curl, CURLOPT_XFERINFOFUNCTION, receive_progress);
	curl_easy_setopt(transfer->curl, CURLOPT_XFERINFODATA, transfer);
	curl_easy_setopt(transfer->curl, CURLOPT_SEEKFUNCTION, rewind_upload);
	curl_easy_setopt(transfer->curl, CURLOPT_SEEKDATA, transfer);
	list = set_range(transfer, set_body(transfer, NULL));
	list = add_credentials(transfer->http, list, url, transfer->request->anonymous);
	curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, list);
	return list;
}

/* Did something else than TLS answer?  libcurl has no code for it, only its TLS library's words:
 * OpenSSL's (two), GnuTLS's. */
static bool is_no_tls(CURLcode ended, const char *error)
{
	static const char *const words[] = {"wrong version number", "packet length too long",
	                                    "unexpected TLS packet"};

	for (size_t i = 0; ended == CURLE_SSL_CONNECT_ERROR && i < sizeof words / sizeof *words;
	     i++)
		if (strstr(error, words[i]) != NULL)
			return true;
	return false;
}

/*
 * How long one try may hear nothing.  Half of it all where a new connection may help; an upload is
 * sent once and then waited for, since the server may be busy with it.
 */
static int64_t patience_ms(const struct http *http, const struct http_request *request)
{
	return request->repeatable && request->upload_size < 0 ? http->silence_ms / 2
	                                                       : http->silence_ms;
}

CURLcode transfer_try(struct http *http, const struct http_request *request, const char *url,
                      struct http_answer *answer)
{
	struct transfer transfer = {.http = http,
	                            .request = request,
	                            .answer = answer,
	                            .curl = http->curl,
	                            .began = clock_ms(),
	                            .patience_ms = patience_ms(http, request)};
	int64_t received = answer->received;
	struct curl_slist *list = set_transfer(&transfer, url);
	CURLcode ended;

	*answer = (struct http_answer){.received = received, .body = ""};
	if (request->upload_size >= 0 && lseek(request->upload, 0, SEEK_SET) != 0)
		abort();
	ended = curl_easy_perform(http->curl);
	curl_slist_free_all(list);
	if (transfer.silent)
		ended = CURLE_OPERATION_TIMEDOUT;
	if (ended == CURLE_OK)
		curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &answer->status);
	else if (interrupt_seen())
		answer->problem = "interrupted";
	else if (transfer.silent)
		answer->problem =
		    arena_print(http->arena, "no data for %s",
		                text_span(http->arena, (clock_ms() - http->heard) / 1000));
	else if (transfer.changed)
		answer->problem = "the file became shorter while it was sent";
	else if (transfer.sink_failed)
		answer->problem =
		    arena_print(http->arena, "can't write: %s", strerror(transfer.sink_errno));
	else
		answer->problem =
		    arena_print(http->arena, "%s",
		                *transfer.error ? transfer.error : curl_easy_strerror(ended));
	answer->ours = answer->problem != NULL && (transfer.changed || transfer.sink_failed ||
	                                           ended == CURLE_SSL_CACERT_BADFILE);
	answer->full = transfer.sink_failed &&
	               (transfer.sink_errno == ENOSPC || transfer.sink_errno == EDQUOT);
	answer->untrusted = ended == CURLE_PEER_FAILED_VERIFICATION;
	answer->no_tls = is_no_tls(ended, transfer.error);
	if (transfer.bytes != NULL) {
		answer->body = arena_copy(http->arena, transfer.bytes, transfer.length);
		answer->length = transfer.length;
		free(transfer.bytes);
	}
	return transfer.sink_failed ? CURLE_WRITE_ERROR : ended;
}
