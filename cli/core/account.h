/*
 * Where the server is and who we are to it: the configuration file
 * ($XDG_CONFIG_HOME/silo/config, mode 0600) and the environment, which wins.  Knows no HTTP.
 */
#ifndef SILO_ACCOUNT_H
#define SILO_ACCOUNT_H

#include "core/silo.h"

/* Fills silo->url, token, user and ca_file from file and environment.  A missing file is fine. */
int account_read(struct silo *silo);

/* Forgets what belongs to the server that was known, for another one: token, user, certificates. */
void account_forget(struct silo *silo);

/*
 * Replaces url, token, user and (with a url) cacert in the file, as a whole; other lines are kept.
 * NULL: no line.
 */
int account_write(struct silo *silo, const char *url, const char *token, const char *user);

/* The URL without slashes at the end; NULL after noting why it is none (http, https only). */
char *account_url(struct silo *silo, const char *text);

/* The path of the file, in the arena; NULL when there is neither XDG_CONFIG_HOME nor HOME. */
char *account_path(struct silo *silo);

#endif
