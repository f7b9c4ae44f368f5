/*
 * The table of commands: everything that help, parser, completion check and man page check know
 * of a command is here, once.
 */
#include "config.h"

#include "base/facts.h"
#include "commands/commands.h"

/* In parentheses, which every version of clang-format lays out the same way. */
#define OPTIONS(...)  ((const struct command_option[]){__VA_ARGS__, {.name = NULL}})
#define EXAMPLES(...) ((const char *const[]){__VA_ARGS__, NULL})

_Static_assert(LIMIT_page_default == 50, "the options of ls and log name it");

static const char *const lock_states[] = {"any", "none", "mine", "others", NULL};

const struct command_option common_options[] = {
    {"json", 0, NULL, "print one JSON document instead of text", NULL},
    {"quiet", 'q', NULL, "print only errors and what you asked for", NULL},
    {"cacert", 0, "FILE", "trust the certificates in FILE instead of the system's", NULL},
    {"help", 'h', NULL, "explain the command", NULL},
    {0},
};

const struct command commands[] = {
    {"login", "[URL]", 0, 1, "sign in and store a token",
     "Asks for your name and password, and stores a token made for this machine in the\n"
     "configuration file.  With --token or --token-stdin it asks for no password.",
     OPTIONS(
         {"user", 'u', "NAME", "your user name; otherwise silo asks for it", NULL},
         {"token", 0, "TOKEN", "use this token (other users may see it in the process list)", NULL},
         {"token-stdin", 0, NULL, "read the token from standard input", NULL},
         {"password-stdin", 0, NULL, "read the password from standard input", NULL},
         {"days", 0, "DAYS", "the stored token expires after DAYS days", NULL}),
     EXAMPLES("silo login https://silo.example.org", "silo login --token-stdin < token.txt"),
     login_run},
    {"logout", "", 0, 0, "revoke the stored token and forget it",
     "A token that you gave to login stays valid.", NULL, EXAMPLES("silo logout"), logout_run},
    {"whoami", "", 0, 0, "show who is signed in, and where", NULL, NULL,
     EXAMPLES("silo whoami", "silo whoami --json"), whoami_run},
    {"password", "", 0, 0, "change your password", NULL,
     OPTIONS({"stdin", 0, NULL,
              "read the old and the new password from standard input, a line each", NULL}),
     EXAMPLES("silo password"), password_run},
    {"token create", "NAME", 1, 1, "make a token for a script or another machine",
     "Shows the token once.\n"
     "It lasts no longer than the token you are signed in with here: it ends when that one\n"
     "expires or silo logout revokes it.  For a longer one use the page or ask an administrator.",
     OPTIONS({"days", 0, "DAYS", "the token expires after DAYS days", NULL}),
     EXAMPLES("silo token create build-server --days 90"), token_create_run},
    {"token list", "", 0, 0, "list your tokens", NULL, NULL, EXAMPLES("silo token list"),
     token_list_run},
    {"token revoke", "ID", 1, 1, "revoke a token, by its id or name", NULL, NULL,
     EXAMPLES("silo token revoke 12"), token_revoke_run},
    {"user list", "", 0, 0, "list users (admins)", NULL, NULL, EXAMPLES("silo user list"),
     user_list_run},
    {"user create", "NAME", 1, 1, "create a user (admins)",
     "Asks for the first password unless --password-stdin is given.",
     OPTIONS({"role", 0, "ROLE", "what the user may do (default: editor)", roles},
             {"display-name", 0, "TEXT", "full name", NULL},
             {"password-stdin", 0, NULL, "read the password from standard input", NULL}),
     EXAMPLES("silo user create carol --role editor --display-name 'Carol Diaz'"), user_create_run},
    {"user set", "NAME", 1, 1, "change a user (admins)", NULL,
     OPTIONS(
         {"role", 0, "ROLE", "what the user may do", roles},
         {"display-name", 0, "TEXT", "full name", NULL},
         {"activate", 0, NULL, "let the user sign in again", NULL},
         {"deactivate", 0, NULL, "end the user's tokens and sessions at once; locks stay", NULL},
         {"password-stdin", 0, NULL, "set the password read from standard input", NULL}),
     EXAMPLES("silo user set carol --role viewer", "silo user set carol --deactivate"),
     user_set_run},
    {"add", "FILE", 1, 1, "put a new file under Silo's care",
     "Creates the item, or takes one that has no file yet, and uploads the first revision.\n"
     "Takes no lock: the file is read-only until you check it out.",
     OPTIONS({"part", 'p', "PN", "its part number", NULL},
             {"category", 'c', "CODE", "take the next free number of this category instead", NULL},
             {"type", 't', "TYPE", "what kind of item it is (default: part)", item_types},
             {"description", 'd', "TEXT", "what it is", NULL},
             {"project", 0, "CODE", "the project it belongs to", NULL},
             {"message", 'm', "TEXT", "comment on the first revision", NULL},
             {"checkout", 0, NULL, "take the lock, too", NULL}),
     EXAMPLES("silo add bracket.FCStd --category F01 -d 'Bracket'",
              "silo add hull.FCStd --part A01-0007 --type assembly"),
     add_run},
    {"checkout", "PN…", 1, LIMIT_part_numbers, "take the lock and the file, to edit it",
     "Several items: all of them or none.  Writes the file into this folder under its own name\n"
     "and makes it writable; files that are not checked out stay read-only.  Changes you made\n"
     "before the check-out stay if nobody has committed since.",
     OPTIONS({"message", 'm', "TEXT", "why; the others see it", NULL},
             {"for", 0, "TIME", "length of the lease, e.g. 8h, 45m, 2d", NULL},
             {"wait", 'w', NULL, "wait until the lock is free, then take it", NULL},
             {"timeout", 0, "TIME", "stop waiting after this time", NULL},
             {"to", 0, "FILE", "write the file under this name (one item only)", NULL},
             {"force", 'f', NULL, "replace a file that differs, and keep a backup", NULL}),
     EXAMPLES("silo checkout F01-0001", "silo checkout A01-0001 F01-0001 F01-0002 -m 'New hull'",
              "silo checkout F01-0001 --wait --timeout 2h"),
     checkout_run},
    {"get", "[PN[@REV]…]", 0, -1, "fetch read-only copies, without a lock",
     "Without arguments: updates every unchanged file of this folder to its newest revision and\n"
     "brings missing files back.  PN@REV writes an old revision beside the file, as NAME@REV.",
     OPTIONS({"to", 0, "FILE", "write the file under this name (one item only)", NULL},
             {"beside", 0, NULL, "write NAME@REV beside your own file", NULL},
             {"force", 'f', NULL, "replace a file that differs, and keep a backup", NULL}),
     EXAMPLES("silo get F01-0001", "silo get F01-0001@3", "silo get"), get_run},
    {"commit", "[FILE|PN…]", 0, -1, "upload changes and release the lock",
     "Without names: every changed file that is checked out here.  If a commit fails, your file\n"
     "stays as it is and silo names the next steps.  Releases only a lock that this folder took.",
     OPTIONS({"message", 'm', "TEXT", "what changed", NULL},
             {"keep", 'k', NULL, "keep the lock, and the file writable", NULL},
             {"as-new-file", 0, NULL, "make a new item from the local file (one file only)", NULL},
             {"part", 'p', "PN", "the new item's part number, with --as-new-file", NULL}),
     EXAMPLES("silo commit -m 'Add ribs'", "silo commit bracket.FCStd -m 'First draft' --keep",
              "silo commit bracket.FCStd --as-new-file -m 'My variant'"),
     commit_run},
    {"status", "[FILE|PN…]", 0, -1, "show what is mine, changed, locked or outdated",
     "For each file of this folder: whether it is unchanged, modified, missing or unreadable; who\n"
     "holds its lock, and since when; newer revisions; changes without a lock; leases that end\n"
     "soon; how a lock was lost.  Then the locks you hold that have no file here.",
     NULL, EXAMPLES("silo status", "silo status --json"), status_run},
    {"undo", "PN|FILE", 1, 1, "drop my changes and release the lock",
     "Asks first, and keeps the changed file in .silo/backup.  Releases only a lock that this\n"
     "folder took.  If the item is archived, its file moves to .silo/backup.",
     OPTIONS({"yes", 'y', NULL, "don't ask", NULL}), EXAMPLES("silo undo F01-0001"), undo_run},
    {"forget", "PN|FILE…", 1, -1, "let go of files; they stay where they are",
     "Works without the server.  Makes the file writable; its lock stays as it is.", NULL,
     EXAMPLES("silo forget bracket.FCStd"), forget_run},
    {"restore", "PN…", 1, -1, "bring archived items back (admins)", "With all their revisions.",
     NULL, EXAMPLES("silo restore F01-0001"), restore_run},
    {"lock", "PN…", 1, LIMIT_part_numbers, "take locks without files",
     "Several items: all of them or none.",
     OPTIONS({"message", 'm', "TEXT", "why; the others see it", NULL},
             {"for", 0, "TIME", "length of the lease, e.g. 8h, 45m, 2d", NULL}),
     EXAMPLES("silo lock F01-0001 -m 'New ribs' --for 8h"), lock_run},
    {"unlock", "[PN…]", 0, LIMIT_part_numbers, "release locks",
     "Several items: all of them or none.\n"
     "Keeps the lock of a file with changes, here or in another of your working folders, until\n"
     "you commit or undo them, unless you give --yes.",
     OPTIONS({"force", 'f', NULL, "release another user's lock (admins)", NULL},
             {"reason", 0, "TEXT", "why, with --force; the holder sees it", NULL},
             {"mine", 0, NULL, "release all my locks", NULL},
             {"yes", 'y', NULL, "release even if a file has changes", NULL}),
     EXAMPLES("silo unlock F01-0001", "silo unlock F01-0001 --force --reason 'on holiday'"),
     unlock_run},
    {"renew", "[PN…]", 0, -1, "renew my leases",
     "Without part numbers: every file checked out in this folder.",
     OPTIONS({"for", 0, "TIME", "length of the lease from now on", NULL}),
     EXAMPLES("silo renew", "silo renew F01-0001 --for 2d"), renew_run},
    {"request", "PN", 1, 1, "ask the holder to release a lock", NULL,
     OPTIONS({"message", 'm', "TEXT", "message to the holder", NULL}),
     EXAMPLES("silo request F01-0001 -m 'May I have it this afternoon?'"), request_run},
    {"locks", "", 0, 0, "list live locks, newest first", NULL,
     OPTIONS({"mine", 0, NULL, "only mine", NULL}, {"user", 'u', "NAME", "only this user's", NULL},
             {"project", 0, "CODE", "only of this project", NULL},
             {"limit", 'n', "COUNT", "at most COUNT (default: all)", NULL}),
     EXAMPLES("silo locks", "silo locks --mine", "silo locks --user bob --json"), locks_run},
    {"ls", "[QUERY]", 0, 1, "list items, by part number or description", NULL,
     OPTIONS({"type", 't', "TYPE", "only of this type", item_types},
             {"project", 0, "CODE", "only of this project", NULL},
             {"lock", 0, "WHICH", "only items with such a lock", lock_states},
             {"limit", 'n', "COUNT", "at most COUNT (default 50; 0: all)", NULL}),
     EXAMPLES("silo ls", "silo ls bracket --lock none"), ls_run},
    {"log", "PN|FILE", 1, 1, "list revisions, newest first", NULL,
     OPTIONS({"limit", 'n', "COUNT", "at most COUNT (default 50; 0: all)", NULL}),
     EXAMPLES("silo log F01-0001"), log_run},
    {"watch", "[PN…]", 0, -1, "follow events in the terminal",
     "Reconnects by itself and misses nothing.  With --json prints one object a line.",
     OPTIONS({"mine", 0, NULL, "only what concerns me", NULL},
             {"types", 't', "LIST", "only these types, separated by commas", event_types},
             {"since", 0, "ID", "start after the event with this id", NULL},
             {"count", 'n', "COUNT", "stop after COUNT events", NULL},
             {"timeout", 0, "TIME", "stop after this time", NULL}),
     EXAMPLES("silo watch", "silo watch F01-0001 --json --count 1"), watch_run},
    {"edit", "PN|FILE", 1, 1, "check out and open in the editor",
     "Opens $SILO_EDITOR (default: FreeCAD) and renews the lease while it is open.  Fails if\n"
     "someone else holds the lock.",
     OPTIONS({"message", 'm', "TEXT", "why; the others see it", NULL},
             {"for", 0, "TIME", "length of the lease, renewed while open", NULL},
             {"read-only", 0, NULL, "if someone else holds the lock, open a read-only copy", NULL}),
     EXAMPLES("silo edit F01-0001", "SILO_EDITOR=blender silo edit F01-0009"), edit_run},
    {"help", "[COMMAND]", 0, 2, "explain a command", NULL, NULL, EXAMPLES("silo help commit"),
     help_run},
    {0},
};
