/*
 * The table of commands: everything that help, parser, completion check and man page check know
 * of a command stands here, once.
 */
#include "config.h"

#include "command.h"

#define OPTIONS(...)                                                                               \
	(const struct command_option[])                                                            \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}
#define EXAMPLES(...)                                                                              \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

const struct command_option common_options[] = {
    {"json", 0, NULL, "print one JSON document instead of text"},
    {"quiet", 'q', NULL, "say nothing but errors and what was asked for"},
    {"cacert", 0, "FILE", "trust the certificates in FILE instead of the system's"},
    {"help", 'h', NULL, "explain the command"},
    {0},
};

const struct command commands[] = {
    {"login", "[URL]", 0, 1, "sign in and store a token",
     "Asks for name and password and stores a token of its own in the configuration file.\n"
     "With --token or --token-stdin no password is needed.",
     OPTIONS({"user", 'u', "NAME", "user name, instead of asking"},
             {"token", 0, "TOKEN", "use this token (others may see it in the process list)"},
             {"token-stdin", 0, NULL, "read the token from standard input"},
             {"password-stdin", 0, NULL, "read the password from standard input"},
             {"days", 0, "DAYS", "let the stored token expire after DAYS days"}),
     EXAMPLES("silo login https://silo.example.org", "silo login --token-stdin < token.txt"),
     login_run},
    {"logout", "", 0, 0, "forget the stored token and revoke it",
     "A token that was given to login, not made by it, stays valid.", NULL, EXAMPLES("silo logout"),
     logout_run},
    {"whoami", "", 0, 0, "show who is signed in, and where", NULL, NULL,
     EXAMPLES("silo whoami", "silo whoami --json"), whoami_run},
    {"password", "", 0, 0, "change one's own password", NULL,
     OPTIONS({"stdin", 0, NULL, "read the old and the new password as two lines"}),
     EXAMPLES("silo password"), password_run},
    {"token create", "NAME", 1, 1, "make a token for a script or another machine",
     "The token is shown once.", OPTIONS({"days", 0, "DAYS", "expires after DAYS days"}),
     EXAMPLES("silo token create build-server --days 90"), token_create_run},
    {"token list", "", 0, 0, "list one's own tokens", NULL, NULL, EXAMPLES("silo token list"),
     token_list_run},
    {"token revoke", "ID", 1, 1, "revoke a token, by its id or name", NULL, NULL,
     EXAMPLES("silo token revoke 12"), token_revoke_run},
    {"user list", "", 0, 0, "list users (admins)", NULL, NULL, EXAMPLES("silo user list"),
     user_list_run},
    {"user create", "NAME", 1, 1, "make a user (admins)",
     "Asks for the first password unless --password-stdin is given.",
     OPTIONS({"role", 0, "ROLE", "viewer, editor or admin (default: editor)"},
             {"display-name", 0, "TEXT", "full name"},
             {"password-stdin", 0, NULL, "read the password from standard input"}),
     EXAMPLES("silo user create carol --role editor --display-name 'Carol Diaz'"), user_create_run},
    {"user set", "NAME", 1, 1, "change a user (admins)", NULL,
     OPTIONS({"role", 0, "ROLE", "viewer, editor or admin"},
             {"display-name", 0, "TEXT", "full name"},
             {"activate", 0, NULL, "let the user sign in again"},
             {"deactivate", 0, NULL, "end all tokens and sessions at once; locks stay"},
             {"password-stdin", 0, NULL, "set the password read from standard input"}),
     EXAMPLES("silo user set carol --role viewer", "silo user set carol --deactivate"),
     user_set_run},
    {"add", "FILE", 1, 1, "put a file that Silo does not know yet under its care",
     "Makes the item, unless it is there without a file, and uploads the first revision.\n"
     "No lock is taken: the file becomes read-only until it is checked out.",
     OPTIONS({"part", 'p', "PN", "its part number"},
             {"category", 'c', "CODE", "or: the next free number of this category"},
             {"type", 't', "TYPE",
              "part, assembly, drawing, document, consumable or tool (default: part)"},
             {"description", 'd', "TEXT", "what it is"},
             {"project", 0, "CODE", "project it belongs to"},
             {"message", 'm', "TEXT", "comment of the first revision"},
             {"checkout", 0, NULL, "and take the lock"}),
     EXAMPLES("silo add bracket.FCStd --category F01 -d 'Bracket'",
              "silo add hull.FCStd --part A01-0007 --type assembly"),
     add_run},
    {"checkout", "PN…", 1, -1, "take the locks and the files, to edit them",
     "Several: all of them or none.  The file is written under its own name into this folder\n"
     "and can be written to; without a check-out it is read-only.  Changes made before the\n"
     "check-out are kept if nobody committed since.",
     OPTIONS({"message", 'm', "TEXT", "why, shown to the others"},
             {"for", 0, "TIME", "length of the lease, e.g. 8h, 45m, 2d"},
             {"wait", 'w', NULL, "wait until the lock is free, then take it"},
             {"timeout", 0, "TIME", "give up waiting after this time"},
             {"to", 0, "FILE", "write it under this name (one part only)"},
             {"force", 'f', NULL, "replace a file that differs; a backup is kept"}),
     EXAMPLES("silo checkout F01-0001", "silo checkout A01-0001 F01-0001 F01-0002 -m 'New hull'",
              "silo checkout F01-0001 --wait --timeout 2h"),
     checkout_run},
    {"get", "[PN[@REV]…]", 0, -1, "read-only copies without a lock",
     "Without arguments: brings every unchanged file of this folder to the newest revision.\n"
     "An old revision is written beside the file, as NAME@REV.",
     OPTIONS({"to", 0, "FILE", "write it under this name (one part only)"},
             {"beside", 0, NULL, "write NAME@REV beside one's own file"},
             {"force", 'f', NULL, "replace a file that differs; a backup is kept"}),
     EXAMPLES("silo get F01-0001", "silo get F01-0001@3", "silo get"), get_run},
    {"commit", "[FILE|PN…]", 0, -1, "upload changes and release the lock",
     "Without names: every changed file that is checked out here.  If it can't be committed\n"
     "the local file stays as it is, and the next steps are named.",
     OPTIONS({"message", 'm', "TEXT", "what changed"},
             {"keep", 'k', NULL, "keep the lock and the file writable"},
             {"as-new-file", 0, NULL, "make a new item of the local file (one file only)"},
             {"part", 'p', "PN", "its part number, with --as-new-file"}),
     EXAMPLES("silo commit -m 'Add ribs'", "silo commit bracket.FCStd -m 'First draft' --keep",
              "silo commit bracket.FCStd --as-new-file -m 'My variant'"),
     commit_run},
    {"status", "[FILE|PN…]", 0, -1, "what is mine, changed, locked, outdated",
     "Each file of this folder: unchanged, modified, missing; who holds the lock since when;\n"
     "newer revisions on the server; changes without a lock; leases that end soon.",
     NULL, EXAMPLES("silo status", "silo status --json"), status_run},
    {"undo", "PN|FILE", 1, 1, "drop my changes and release the lock",
     "Asks first.  The changed file is kept in .silo/backup.  Of an item that is archived there "
     "is\n"
     "nothing to go back to: its file is moved there.",
     OPTIONS({"yes", 'y', NULL, "don't ask"}), EXAMPLES("silo undo F01-0001"), undo_run},
    {"forget", "PN|FILE…", 1, -1, "let go of files: they stay here, without Silo's care",
     "Needs no server.  The file can be written to then; its lock stays where it is.", NULL,
     EXAMPLES("silo forget bracket.FCStd"), forget_run},
    {"restore", "PN…", 1, -1, "take archived items back (admins)",
     "With their revisions, as they were.", NULL, EXAMPLES("silo restore F01-0001"), restore_run},
    {"lock", "PN…", 1, -1, "take locks without files", "Several: all of them or none.",
     OPTIONS({"message", 'm', "TEXT", "why, shown to the others"},
             {"for", 0, "TIME", "length of the lease, e.g. 8h, 45m, 2d"}),
     EXAMPLES("silo lock F01-0001 -m 'New ribs' --for 8h"), lock_run},
    {"unlock", "[PN…]", 0, -1, "release locks",
     "Several: all of them or none.\n"
     "A file with changes is not released before they are committed or dropped, unless --yes.",
     OPTIONS({"force", 'f', NULL, "release another's lock (admins)"},
             {"reason", 0, "TEXT", "why, with --force: the holder will read it"},
             {"mine", 0, NULL, "all of my locks"},
             {"yes", 'y', NULL, "release although this folder has changes"}),
     EXAMPLES("silo unlock F01-0001", "silo unlock F01-0001 --force --reason 'on holiday'"),
     unlock_run},
    {"renew", "[PN…]", 0, -1, "renew my leases",
     "Without part numbers: every file checked out in this folder.",
     OPTIONS({"for", 0, "TIME", "length of the lease from now on"}),
     EXAMPLES("silo renew", "silo renew F01-0001 --for 2d"), renew_run},
    {"request", "PN", 1, 1, "ask the holder to release a lock", NULL,
     OPTIONS({"message", 'm', "TEXT", "what to tell the holder"}),
     EXAMPLES("silo request F01-0001 -m 'May I have it this afternoon?'"), request_run},
    {"locks", "", 0, 0, "list live locks, newest first", NULL,
     OPTIONS({"mine", 0, NULL, "only mine"}, {"user", 'u', "NAME", "only this user's"},
             {"project", 0, "CODE", "only of this project"},
             {"limit", 'n', "COUNT", "at most COUNT (default: all)"}),
     EXAMPLES("silo locks", "silo locks --mine", "silo locks --user bob --json"), locks_run},
    {"ls", "[QUERY]", 0, 1, "list items, by part number or description", NULL,
     OPTIONS({"type", 't', "TYPE", "only of this type"},
             {"project", 0, "CODE", "only of this project"},
             {"lock", 0, "WHICH", "any, none, mine or others"},
             {"limit", 'n', "COUNT", "at most COUNT (default 50; 0: all)"}),
     EXAMPLES("silo ls", "silo ls bracket --lock none"), ls_run},
    {"log", "PN|FILE", 1, 1, "list revisions, newest first", NULL,
     OPTIONS({"limit", 'n', "COUNT", "at most COUNT (default 50; 0: all)"}),
     EXAMPLES("silo log F01-0001"), log_run},
    {"watch", "[PN…]", 0, -1, "follow events in the terminal",
     "Reconnects by itself and misses nothing.  With --json one object on each line.",
     OPTIONS({"mine", 0, NULL, "only what concerns me"},
             {"types", 't', "LIST", "only these types, e.g. item.locked,item.unlocked"},
             {"since", 0, "ID", "start after this event id"},
             {"count", 'n', "COUNT", "end after COUNT events"},
             {"timeout", 0, "TIME", "end after this time"}),
     EXAMPLES("silo watch", "silo watch F01-0001 --json --count 1"), watch_run},
    {"edit", "PN|FILE", 1, 1, "check out and open in the editor",
     "Opens $SILO_EDITOR (default: FreeCAD) and renews the lease while it is open.  Refused\n"
     "when another holds the lock.",
     OPTIONS({"message", 'm', "TEXT", "why, shown to the others"},
             {"for", 0, "TIME", "length of the lease, renewed while open"},
             {"read-only", 0, NULL, "if another holds it: open a read-only copy"}),
     EXAMPLES("silo edit F01-0001", "SILO_EDITOR=blender silo edit F01-0009"), edit_run},
    {"help", "[COMMAND]", 0, 2, "explain a command", NULL, NULL, EXAMPLES("silo help commit"),
     help_run},
    {0},
};
