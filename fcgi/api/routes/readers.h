/*
 * What the table of routes names: readers, and for some routes the functions that make their
 * answer.  One file per family of routes beside this header.
 */
#ifndef SILO_API_READERS_H
#define SILO_API_READERS_H

#include "api/router.h"

/*
 * Shared, common.c. read_path: the path's values, in order, as $1, …. read_page: the same, then
 * `limit` (LIMIT_page_default, at most LIMIT_page) and `cursor`. read_revision: part number and
 * revision number, null for the latest.
 */
values_reader read_path, read_page, read_revision;

/* For a list with more parameters. */
bool read_limit_and_cursor(struct request *rq, const char **limit, const char **cursor);

/* items.c */
values_reader read_item_list, read_item_create, read_item_update, read_item_archive;
/* locks.c */
values_reader read_lock_acquire, read_lock_release, read_lock_request;
values_reader read_lock_list, read_locks_acquire, read_locks_release;
/* projects.c */
values_reader read_project_create, read_part_number_next;
/* revisions.c */
values_reader read_revision_create, read_revision_rollback;
/* files.c */
handler file_upload;
finisher file_download, thumbnail_download;
/* thumbnails.c */
values_reader read_thumbnail_list;
finisher thumbnail_list;
/* config.c, modules.c */
handler sign_in_config;
handler modules_show;
/* sign_in.c */
handler sign_in_login, sign_in_logout, password_change;
values_reader read_auth_me;
/* tokens.c */
handler token_create;
/* users.c */
handler user_create, user_update;
/* operations.c */
handler health, ready, metrics;

#endif
