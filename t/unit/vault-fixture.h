/*
 * A vault in a temporary folder for the unit tests, and disks that fail: their programs are linked
 * with --wrap for write, fsync, renameat2 and mkdirat, see t/unit/local.mk.
 */
#ifndef SILO_T_VAULT_FIXTURE_H
#define SILO_T_VAULT_FIXTURE_H

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "vault/folder.h"
#include "vault/vault.h"

/* Injected faults: the call number `after` of this kind fails with `error`. */
enum call { CALL_NONE, CALL_WRITE, CALL_FSYNC, CALL_RENAME, CALL_MKDIR };
static enum call failing;
static int failing_after, failing_error, fsyncs;
static bool writes_are_short, without_noreplace;

static inline bool fails(enum call call)
{
	if (failing != call || failing_after-- > 0)
		return false;
	failing = CALL_NONE;
	errno = failing_error;
	return true;
}

ssize_t __real_write(int file, const void *bytes, size_t length);
ssize_t __wrap_write(int file, const void *bytes, size_t length);
int __real_fsync(int file);
int __wrap_fsync(int file);
int __real_renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int how);
int __wrap_renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int how);
int __real_mkdirat(int at, const char *path, mode_t mode);
int __wrap_mkdirat(int at, const char *path, mode_t mode);

ssize_t __wrap_write(int file, const void *bytes, size_t length)
{
	if (fails(CALL_WRITE))
		return -1;
	return __real_write(file, bytes, writes_are_short && length > 1 ? length / 2 : length);
}

int __wrap_fsync(int file)
{
	fsyncs++;
	return fails(CALL_FSYNC) ? -1 : __real_fsync(file);
}

int __wrap_renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int how)
{
	if (without_noreplace) {
		errno = EINVAL;
		return -1;
	}
	return fails(CALL_RENAME) ? -1 : __real_renameat2(from_at, from, to_at, to, how);
}

int __wrap_mkdirat(int at, const char *path, mode_t mode)
{
	return fails(CALL_MKDIR) ? -1 : __real_mkdirat(at, path, mode);
}

/* SHA-256 of "abc", FIPS 180-2. */
#define ABC      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_PATH "ba/78/" ABC

static char folder[100]; /* in $TMPDIR */
static struct vault *vault;
static int files;

static inline int remove_one(const char *path, const struct stat *about, int kind,
                             struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

static inline int count_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)path;
	(void)about;
	(void)where;
	files += kind == FTW_F;
	return 0;
}

/* Files below the vault, temporary ones too. */
static inline int file_count(void)
{
	files = 0;
	nftw(folder, count_one, 8, FTW_PHYS);
	return files;
}

static inline void set_up(void)
{
	const char *within = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%s/silo-vault-XXXXXX", within != NULL ? within : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	vault = vault_open(folder);
	ck_assert_ptr_nonnull(vault);
	failing = CALL_NONE;
	failing_after = 0;
	writes_are_short = false;
	without_noreplace = false;
}

static inline void tear_down(void)
{
	vault_close(vault);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void fail_once(enum call call, int after, int error)
{
	failing = call;
	failing_after = after;
	failing_error = error;
}

/* Begin, write, seal: what an upload does before the last check. */
static inline struct vault_writer *sealed(const char *content)
{
	struct vault_writer *writer = vault_begin(vault, 1000);
	struct vault_blob blob;

	ck_assert_ptr_nonnull(writer);
	ck_assert_int_eq(vault_write(writer, content, strlen(content)), VAULT_OK);
	ck_assert_int_eq(vault_seal(writer, &blob), VAULT_OK);
	ck_assert_int_eq(blob.size, (int64_t)strlen(content));
	return writer;
}

/* All of it, as one outcome. */
static inline enum vault_outcome store(const char *content)
{
	struct vault_writer *writer = vault_begin(vault, 1000);
	struct vault_blob blob;
	enum vault_outcome outcome;

	if (writer == NULL)
		return vault_outcome_of(errno);
	outcome = vault_write(writer, content, strlen(content));
	if (outcome == VAULT_OK)
		outcome = vault_seal(writer, &blob);
	if (outcome == VAULT_OK)
		outcome = vault_place(writer);
	vault_abandon(writer);
	return outcome;
}

static inline bool has(const char *sha256)
{
	int64_t size;

	return vault_find(vault, sha256, &size);
}

#endif
