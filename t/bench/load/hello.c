/*
 * The least that a libfcgi worker can do, as a yardstick: pre-forked workers that answer each
 * request with a fixed text of the size of a lock.
 *
 *   hello SOCKET WORKERS PIDFILE      goes to the background
 */
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void serve(int listener)
{
	FCGX_Request request;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	FCGX_InitRequest(&request, listener, 0);
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutS("Content-Type: application/json\r\n\r\n"
		          "{\"locked\":false,\"lock\":null}",
		          request.out);
		FCGX_Finish_r(&request);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	FILE *pid;
	int listener;

	if (argc != 4 || FCGX_Init() != 0)
		return 2;
	listener = FCGX_OpenSocket(argv[1], 1024);
	if (listener < 0 || daemon(1, 0) != 0)
		return 1;
	for (int i = 0; i < atoi(argv[2]); i++)
		if (fork() == 0)
			serve(listener);
	pid = fopen(argv[3], "w");
	if (!pid)
		return 1;
	fprintf(pid, "%d\n", getpid());
	fclose(pid);
	while (wait(NULL) > 0)
		;
	return 0;
}
