/*
 * From an accepted FastCGI request to a sent answer and its log line.
 */
#ifndef SILO_API_DISPATCH_H
#define SILO_API_DISPATCH_H

#include "process/service.h"

extern const struct service dispatch_service;

#endif
