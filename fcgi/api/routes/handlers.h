/*
 * Every handler, one file per family of routes beside this header.  Each turns a request into one
 * call of a SQL function and the answer to it.
 */
#ifndef SILO_API_HANDLERS_H
#define SILO_API_HANDLERS_H

#include "api/router.h"

/* sign_in.c */
handler sign_in_login, sign_in_logout, sign_in_me, password_set;
/* config.c */
handler sign_in_config;
/* tokens.c */
handler tokens_list, tokens_create, tokens_revoke;
/* users.c */
handler users_list, users_create, users_update;
/* items.c */
handler items_list, items_create, item_show, item_by_uuid, item_update, item_archive, item_restore,
    item_history;
/* projects.c */
handler projects_list, project_create, part_number_next;
/* schemas.c */
handler modules_show, schemas_list, schema_form;
/* revisions.c */
handler revisions_list, revision_show, revision_create, revision_rollback;
/* files.c */
handler file_upload, file_download, thumbnail_download;
/* thumbnails.c */
handler thumbnails_list;
/* locks.c */
handler lock_show, lock_acquire, lock_release, lock_request;
handler locks_list, locks_acquire, locks_release;
/* operations.c */
handler health, ready, metrics;

#endif
