/*
 * Whether bytes are a well-formed PNG (ISO 15948): signature, sane header, every chunk with its
 * CRC, pixels that unpack to what the header says, nothing after the end.
 */
#ifndef SILO_VAULT_PNG_H
#define SILO_VAULT_PNG_H

#include <stdbool.h>
#include <stddef.h>

enum { PNG_SIDE = 4096 /* pixels at most, either way */ };

bool png_is_well_formed(const unsigned char *bytes, size_t length);

#endif
