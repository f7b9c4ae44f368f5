/*
 * An upload: its fields (comment, base_revision, …) and its file, from a raw or multipart body into
 * a sealed file of the vault.  Knows requests and the vault; no rule about items lives here.  Bad
 * input becomes rq->failure.
 */
#ifndef SILO_API_UPLOAD_H
#define SILO_API_UPLOAD_H

#include "http/request.h"
#include "vault/vault.h"

struct upload {
	struct vault *vault;
	struct vault_writer *file;      /* NULL until a file begins */
	struct vault_writer *thumbnail; /* NULL = none; placed */
	struct vault_blob blob, thumbnail_blob;

	const char *filename;
	const char *comment, *base_revision, *properties, *lease_id; /* NULL = not given */
	const char *sha256; /* expected by the client, lower case */
	bool release_lock, force;
	unsigned given; /* fields of the multipart body so far */

	struct request *rq;
};

/* Reads the fields in the query. */
bool upload_begin(struct request *rq, struct upload *upload);

/*
 * Opens the vault, reads the body, checks it against its fields and seals it.  Everything is
 * released with the request's arena.
 */
bool upload_receive(struct upload *upload);

/*
 * Gives the file, and the thumbnail found in it, their names in the vault.  If the thumbnail can't
 * be stored, the file is still accepted.
 */
bool upload_place(struct upload *upload);

/* After a definite refusal: removes what only this upload has brought. */
void upload_discard(struct upload *upload);

/* The vault named in the settings, closed with the arena; else NULL and rq->failure (503). */
struct vault *upload_vault(struct request *rq);

#endif
