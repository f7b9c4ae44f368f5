/*
 * The history: one text file a round, one line a call and item, written by load and read by judge.
 *
 *   start end client user action item group serial base version content status number lease
 *
 * start, end   nanoseconds of the machine's monotonic clock
 * action       acquire, release, upload, commit (an upload that releases), revise (a revision
 *              without a file), change (the item's words), read, expire (the test ends a lease),
 *              stop (sessions of Postgres stand still from start to end; no call)
 * item         of this round: part number H-ROUND-ITEM
 * group        items of this call: one line for each, all with one serial
 * serial       of the client; CLIENT.SERIAL is the tag that the call leaves in what it changes
 * base         revision it names as its base, -1 for none
 * version      of the item, when it sends If-Match: "base.version", else -1
 * content      which of the files it uploads, -1 for none
 * status       of the answer; 0 = none came, the outcome is unknown; 503 = a worker gave it up, or
 * was refused by Postgres for being busy; 502 = another 5xx, by whomever number       revision in
 * the answer, or -1; for read: the revision, and version is its version lease        lease_id that
 * the call names, -1 for none; for read: that of the lock seen, 0 for free
 *
 * The rounds have items of their own, so each is judged by itself and memory stays bounded.  A
 * file is called round-N.part until its round is over, then round-N; "end" is the last file.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

enum { CLIENTS_MOST = 256, ITEMS_MOST = 64, CONTENTS = 24, NOTHING = -1 };

enum action { ACQUIRE, RELEASE, UPLOAD, COMMIT, REVISE, CHANGE, READ, EXPIRE, STOP, ACTIONS };

static const char *const action_names[ACTIONS] = {
    "acquire", "release", "upload", "commit", "revise", "change", "read", "expire", "stop"};

struct call {
	uint64_t start, end;
	int client, item, group;
	long serial;
	int base, version, content, number, lease;
	long status;
	enum action action;
	char user[24];
	/* for the judge: how often the feed tells of it, and when its effect was there, if it has
	 * one */
	int told;
	uint64_t settled;
};

#endif
