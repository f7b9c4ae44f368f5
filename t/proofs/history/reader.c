/*
 * Follows the event stream of a real server through every fault, coming back with Last-Event-ID,
 * and proves that no number is missing, none comes twice and none out of order.
 *
 *   reader PROGRESS < token      (environment: SILO_PORT)
 *
 * PROGRESS: a file that always holds the number reached.  Ends on SIGTERM, says what it read and
 * exits 1 when there was a violation.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long long last = -1;
static long events, connections, violations;
static int progress;
static volatile sig_atomic_t is_asked_to_end;

static void ask_to_end(int signal_number)
{
	(void)signal_number;
	is_asked_to_end = 1;
}

static void note_progress(void)
{
	char text[32];
	int length = snprintf(text, sizeof text, "%-20lld\n", last);

	if (pwrite(progress, text, (size_t)length, 0) != length)
		perror("reader: progress");
}

static FILE *open_stream(int port, const char *token)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_port = htons((unsigned short)port),
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	FILE *stream;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    !(stream = fdopen(fd, "r+"))) {
		close(fd);
		return NULL;
	}
	/* 1.0, so that the answer is not chunked. */
	fprintf(stream,
	        "GET /api/events HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n",
	        token);
	if (last >= 0)
		fprintf(stream, "Last-Event-ID: %lld\r\n", last);
	fputs("\r\n", stream);
	fflush(stream);
	return stream;
}

/* One whole event: its number must be the next; those that say only where the stream is, the last.
 */
static void take(long long id, const char *type)
{
	const bool is_place = strcmp(type, "server.state") == 0 || strcmp(type, "heartbeat") == 0;

	if (id < 0)
		return;
	if (last < 0) {
		last = id; /* the first says where we come in */
	} else if (strcmp(type, "feed.reset") == 0 || id != (is_place ? last : last + 1)) {
		if (++violations <= 20)
			printf("violation: the stream tells %lld (%s) after %lld\n", id, type,
			       last);
		last = id;
	} else if (!is_place) {
		last = id;
		events++;
	}
}

/* Until the connection ends; an event that was cut counts for nothing. */
static void read_stream(FILE *stream)
{
	char *line = NULL, type[64] = "";
	size_t space = 0;
	long long id = -1;
	bool is_body = false;

	while (!is_asked_to_end && getline(&line, &space, stream) > 0) {
		if (!is_body) {
			if (strncmp(line, "HTTP/1.", 7) == 0 && strncmp(line + 8, " 200", 4) != 0)
				break;
			is_body = line[0] == '\r';
		} else if (line[0] == '\n') {
			take(id, type);
			note_progress();
			id = -1;
			type[0] = '\0';
		} else {
			sscanf(line, "id: %lld", &id);
			sscanf(line, "event: %63s", type);
		}
	}
	free(line);
}

int main(int argc, char **argv)
{
	const char *port = getenv("SILO_PORT");
	struct sigaction action = {.sa_handler = ask_to_end}; /* without SA_RESTART */
	char token[128];

	if (argc != 2 || !port || scanf("%127s", token) != 1) {
		fputs("usage: reader PROGRESS < token\n", stderr);
		return 2;
	}
	progress = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	while (!is_asked_to_end) {
		FILE *stream = open_stream((int)strtol(port, NULL, 10), token);

		if (stream) {
			connections++;
			read_stream(stream);
			fclose(stream);
		}
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	}
	printf("stream: %ld events in order through %ld connections, up to %lld; %ld violations\n",
	       events, connections, last, violations);
	return violations > 0;
}
