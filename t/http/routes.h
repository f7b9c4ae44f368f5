/*
 * The route table as silo-api itself prints it, for suites that walk all of it.
 */
#ifndef SILO_T_ROUTES_H
#define SILO_T_ROUTES_H

#include <check.h>
#include <stdio.h>
#include "client.h"

enum { ROUTES_MOST = 128 };

static struct {
	char method[8], pattern[96], role[12];
} routes[ROUTES_MOST];
static int route_count;

static inline void read_routes(void)
{
	FILE *in = popen(at("'%s/silo-api' --routes", stack_value("SILO_STACK_BUILD")), "r");

	route_count = 0;
	while (route_count < ROUTES_MOST &&
	       fscanf(in, "%7s %95s %11s", routes[route_count].method, routes[route_count].pattern,
	              routes[route_count].role) == 3)
		route_count++;
	pclose(in);
	ck_assert_int_gt(route_count, 25);
}

#endif
