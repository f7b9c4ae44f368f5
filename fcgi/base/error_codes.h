/*
 * Every machine code that an answer may carry, with its status and its sentence.
 */
#ifndef SILO_BASE_ERROR_CODES_H
#define SILO_BASE_ERROR_CODES_H

struct error_code {
	const char *code;
	int status;
	const char *sentence;
};

/* Ends with a NULL code. */
extern const struct error_code error_codes[];

/* The row of a code, or that of "internal_error" if there is none. */
const struct error_code *error_find(const char *code);

#endif
