/*
 * The processes of the silo-api that the suite runs: its master and its workers.
 */
#ifndef SILO_TEST_PROCESSES_H
#define SILO_TEST_PROCESSES_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "client.h"

static pid_t master(void)
{
	return (pid_t)atol(stack_value("SILO_API_PID"));
}

/* Fills in the children of a process; how many. */
static int children_of(pid_t parent, pid_t children[64])
{
	char path[100];
	long child;
	int count = 0;
	FILE *list;

	snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
	list = fopen(path, "r");
	if (list == NULL)
		return 0;
	while (count < 64 && fscanf(list, "%ld", &child) == 1)
		children[count++] = (pid_t)child;
	fclose(list);
	return count;
}

static bool is_gone(pid_t process)
{
	for (int tries = 0; tries < 2500; tries++) {
		if (kill(process, 0) != 0)
			return true;
		usleep(10000);
	}
	return false;
}

#endif
