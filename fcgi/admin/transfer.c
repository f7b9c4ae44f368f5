/*
 * Copying a vault.  One lost file must not stop the others from being copied.
 */
#include "config.h"
#include "admin/transfer.h"
#include "admin/copy.h"
#include "vault/vault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES_SHOWN = 100 };

/*
 * One line for the list and, up to a limit, for standard output.  Only databases of this version
 * know whose content it is; a restored one may be older.
 */
static bool note(struct transfer *transfer, FILE *list, const char *what,
                 const struct vault_blob *content, const char *fault)
{
	PGresult *owners =
	    PQexecParams(transfer->admin->connection, "select silo.vault_owners($1)", 1, NULL,
	                 (const char *const[]){content->sha256}, NULL, NULL, 0);
	const char *whose =
	    PQresultStatus(owners) == PGRES_TUPLES_OK ? PQgetvalue(owners, 0, 0) : "";
	char *line = NULL;
	bool done =
	    PQstatus(transfer->admin->connection) == CONNECTION_OK &&
	    asprintf(&line, "%s  %s, %lld bytes (%s)%s%s\n", what, content->sha256,
	             (long long)content->size, whose, fault ? ": " : "", fault ? fault : "") >= 0;

	if (done) {
		fputs(line, list);
		if (transfer->missing + transfer->damaged <= LINES_SHOWN)
			fputs(line, stdout);
	}
	PQclear(owners);
	free(line);
	return done;
}

/* The target has it; does the source still have it?  Looks without reading. */
static void look_back(struct transfer *transfer, struct vault *from,
                      const struct vault_blob *content)
{
	int64_t size;
	const char *fault = NULL;

	if (!from || !vault_find(from, content->sha256, &size))
		fault = "it is gone";
	else if (size != content->size)
		fault = "another size";
	if (!fault)
		return;
	transfer->rescuers++;
	printf("lost     %s: %s; %s has it\n",
	       from ? vault_where(from, content->sha256) : content->sha256, fault, transfer->to);
}

static bool copy_one(struct transfer *transfer, struct vault *from, struct vault *to,
                     const struct vault_blob *content, FILE *list)
{
	const char *fault;

	switch (vault_copy(from, to, content, transfer->trusts, &fault)) {
	case VAULT_COPIED:
		transfer->files++;
		return true;
	case VAULT_KEPT:
		transfer->files++;
		if (transfer->looks_back)
			look_back(transfer, from, content);
		return true;
	case VAULT_COPY_MISSING:
		transfer->missing++;
		return note(transfer, list, "missing", content, NULL);
	case VAULT_COPY_DAMAGED:
		transfer->damaged++;
		return note(transfer, list, "damaged", content, fault);
	case VAULT_COPY_FAILED:
		break;
	}
	fprintf(stderr, "silo-admin: %s: %s\n", vault_where(to, content->sha256), strerror(errno));
	return false;
}

static bool copy_rows(struct transfer *transfer, struct vault *from, struct vault *to,
                      const PGresult *rows, FILE *list)
{
	const bool is_terminal = isatty(STDERR_FILENO);
	const int count = PQntuples(rows);
	bool done = true;

	for (int row = 0; done && row < count; row++) {
		struct vault_blob content = {.size = strtoll(PQgetvalue(rows, row, 1), NULL, 10)};

		snprintf(content.sha256, sizeof content.sha256, "%s", PQgetvalue(rows, row, 0));
		done = copy_one(transfer, from, to, &content, list);
		if (is_terminal && (row % 100 == 0 || row + 1 == count))
			fprintf(stderr, "\r%d of %d files", row + 1, count);
	}
	if (is_terminal)
		fputc('\n', stderr);
	return done;
}

/* Opens one of the two; NULL after saying why not. */
static struct vault *vault_at(const char *address, struct vault *(*open)(const char *address))
{
	struct vault *vault = open(address);

	if (!vault)
		fprintf(stderr, "silo-admin: %s: %s\n", address, strerror(errno));
	return vault;
}

bool transfer_run(struct transfer *transfer)
{
	PGresult *rows = admin_run(transfer->admin,
	                           "select sha256, size from silo.blobs order by sha256", 0, NULL);
	struct vault *from = NULL, *to = NULL;
	FILE *list = NULL;
	bool done = false;

	if (!rows)
		return false;
	if (!folder_make(transfer->to)) {
		fprintf(stderr, "silo-admin: %s: %s\n", transfer->to, strerror(errno));
		goto out;
	}
	from = vault_at(transfer->from, vault_attach);
	/* Without a source everything is missing; what is there already is reported. */
	to = vault_at(transfer->to, vault_open);
	list = to ? open_memstream(&transfer->list, &transfer->list_length) : NULL;
	if (!list)
		goto out;
	vault_sweep(to); /* leftovers of a killed one */
	done = copy_rows(transfer, from, to, rows, list);
	done = fclose(list) == 0 && done;
	done = done && vault_sync(to);
	if (done && transfer->missing + transfer->damaged > LINES_SHOWN)
		printf("and %ld more\n", transfer->missing + transfer->damaged - LINES_SHOWN);
	if (done)
		printf("%ld files in %s\n", transfer->files, transfer->to);
out:
	vault_close(from);
	vault_close(to);
	PQclear(rows);
	return done;
}
