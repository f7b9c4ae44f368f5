/*
 * For the suites of files: forms made by hand, addresses below an item, and what lies in the vault.
 */
#ifndef SILO_T_FILES_H
#define SILO_T_FILES_H

#include "client.h"

/* A stack without a hub, for t/stack/up. */
#define FILES_STACK "--workers 3 --no-events 'upload_limit_bytes = 3000000'"

/* Parts of a form with the boundary "b". */
#define HEAD_OF_FILE(names) "--b\r\nContent-Disposition: form-data; " names "\r\n\r\n"
#define FIELD(name, value)                                                                         \
	"--b\r\nContent-Disposition: form-data; name=" name "\r\n\r\n" value "\r\n"
#define FILE_PART(names, bytes) HEAD_OF_FILE(names) bytes "\r\n"
#define END                     "--b--\r\n"
#define LITERAL(text)           text, sizeof text - 1

#define SHA_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* Below an item: "/api/items/PN/file". */
#define at_item(part_number, rest) at("/api/items/%s/%s", part_number, rest)

/* Sends such a form; the status. */
long upload_form(const char *who, const char *part_number, const void *body, size_t length);

/* How many files are in the vault, or in a folder of it. */
int files_in_vault(const char *below);

/* A worker cleans up after it has answered: soon there are so many files, and no more. */
void expect_files(int files);

TCase *files_case(void);
TCase *refused_files_case(void);

#endif
