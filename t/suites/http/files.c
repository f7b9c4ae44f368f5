/*
 * What the suites of files share.
 */
#include "config.h"
#include "files.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

long upload_form(const char *who, const char *part_number, const void *body, size_t length)
{
	with("Content-Type: multipart/form-data; boundary=b");
	return send_bytes(who, "POST", at_item(part_number, "file"), body, length);
}

static int counted;

static int count_file(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)path;
	(void)about;
	(void)where;
	counted += kind == FTW_F;
	return 0;
}

int files_in_vault(const char *below)
{
	counted = 0;
	nftw(at("%s/%s", stack_value("SILO_VAULT"), below), count_file, 8, FTW_PHYS);
	return counted;
}

void expect_files(int files)
{
	for (int tries = 0; files_in_vault("") != files && tries < 500; tries++)
		usleep(10000);
	ck_assert_int_eq(files_in_vault(""), files);
}
