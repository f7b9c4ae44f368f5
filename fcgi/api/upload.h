/*
 * An upload on its way in: what it says (comment, base_revision, …) and the file it brings, from a
 * raw or a multipart body into a sealed file of the vault.  Knows requests and the vault; no rule
 * about items lives here.  Bad input becomes rq->failure.
 */
#ifndef SILO_API_UPLOAD_H
#define SILO_API_UPLOAD_H

#include "http/request.h"
#include "vault/vault.h"

struct upload {
	struct vault *vault;
	struct vault_writer *file;      /* NULL until a file began */
	struct vault_writer *thumbnail; /* NULL = none; placed */
	struct vault_blob blob, thumbnail_blob;

	const char *filename;
	const char *comment, *base_revision, *properties, *lease_id; /* NULL = not said */
	const char *sha256; /* that the client expects, lower case */
	bool release_lock, force;
	unsigned given; /* fields of the multipart body so far */

	struct request *rq;
};

/* The words in the query. */
bool upload_begin(struct request *rq, struct upload *upload);

/*
 * Opens the vault, reads the body, checks it against what it says and seals it.  Everything is
 * given back with the request's arena.
 */
bool upload_receive(struct upload *upload);

/*
 * Gives the file, and the thumbnail found in it, their names in the vault.  A thumbnail that can't
 * be had is no reason to refuse the file.
 */
bool upload_place(struct upload *upload);

/* The rule said no for certain: takes away what only this upload brought. */
void upload_discard(struct upload *upload);

/* The vault of the settings, closed with the arena; NULL and rq->failure (503) otherwise. */
struct vault *upload_vault(struct request *rq);

#endif
