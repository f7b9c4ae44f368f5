/*
 * The route table as silo-api itself prints it, for suites that walk all of it.
 */
#ifndef SILO_T_ROUTES_H
#define SILO_T_ROUTES_H

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "client.h"

enum { ROUTES_MOST = 128 };

static struct {
	char method[8], pattern[96], role[12], list[160]; /* its parameters; "" = no list */
	bool is_list;
} routes[ROUTES_MOST];
static int route_count;

static inline void read_routes(void)
{
	FILE *in = popen(at("'%s/silo-api' --routes", stack_value("SILO_STACK_BUILD")), "r");

	char line[400];

	route_count = 0;
	while (route_count < ROUTES_MOST && fgets(line, sizeof line, in)) {
		char list[8] = "", *query = routes[route_count].list;

		*query = '\0';
		if (sscanf(line, "%7s %95s %11s %*s %*s %7s %159[^\n]", routes[route_count].method,
		           routes[route_count].pattern, routes[route_count].role, list, query) < 3)
			break;
		routes[route_count++].is_list = strcmp(list, "list") == 0;
	}
	pclose(in);
	ck_assert_int_gt(route_count, 25);
}

#endif
