# What this folder builds, installs and distributes.
bin_PROGRAMS += silo

SILO_CLI = \
	cli/account.c cli/account.h \
	cli/api.c cli/api.h \
	cli/catalog.c cli/catalog.h \
	cli/checkout.h \
	cli/clock.c cli/clock.h \
	cli/cmd_account.c cli/cmd_checkout.c cli/cmd_commit.c cli/cmd_edit.c cli/cmd_get.c cli/cmd_gone.c \
	cli/cmd_lists.c cli/cmd_locks.c cli/cmd_people.c cli/cmd_status.c cli/cmd_undo.c cli/cmd_unlock.c \
	cli/cmd_watch.c \
	cli/command.c cli/command.h cli/commands.c \
	cli/failpoint.h \
	cli/folder.c cli/folder.h \
	cli/gone.c cli/gone.h \
	cli/follow.c cli/follow.h \
	cli/help.c \
	cli/hold.c cli/hold.h \
	cli/http.c cli/http.h cli/http_inner.h cli/http_receive.c \
	cli/index.c cli/index.h \
	cli/interrupt.c cli/interrupt.h \
	cli/lockend.c cli/lockend.h \
	cli/main.c \
	cli/newitem.c cli/newitem.h \
	cli/origin.c cli/origin.h \
	cli/output.c cli/output.h cli/table.c \
	cli/place.c cli/place.h \
	cli/progress.c cli/progress.h \
	cli/prompt.c cli/prompt.h \
	cli/rebuild.c cli/rebuild.h \
	cli/refusal.c cli/refusal.h \
	cli/roots.c cli/roots.h \
	cli/settle.c cli/settle.h \
	cli/silo.c cli/silo.h \
	cli/sse.c cli/sse.h \
	cli/standing.c cli/standing.h \
	cli/strays.c cli/strays.h \
	cli/stream.c cli/stream.h \
	cli/text.c cli/text.h \
	cli/transfer.c cli/transfer.h \
	cli/unplaced.c cli/unplaced.h \
	cli/wait.c cli/wait.h \
	cli/wishes.c cli/wishes.h \
	cli/workfile.c cli/workfile.h

silo_SOURCES = $(SILO_CLI)
silo_LDADD   = libsilobase.a $(CURL_LIBS) $(JSONC_LIBS) $(SODIUM_LIBS)

# The same program that dies at the step named in SILO_DIE_AT; built by the tests only.
EXTRA_PROGRAMS += t/cli/silo-fragile
t_cli_silo_fragile_SOURCES  = $(SILO_CLI)
t_cli_silo_fragile_CPPFLAGS = $(AM_CPPFLAGS) -DSILO_FAIL_POINTS
t_cli_silo_fragile_LDADD    = $(silo_LDADD)
CLEANFILES += t/cli/silo-fragile

# Manual and completions, where man and the shells look for them.
dist_man1_MANS += doc/silo.1
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = cli/completion/_silo
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_fishcompletion_DATA = cli/completion/silo.fish
EXTRA_DIST += cli/completion/silo.bash

# bash looks for a file with the command's own name.
bashcompletiondir = $(datadir)/bash-completion/completions
install-data-local: install-bash-completion
uninstall-local: uninstall-bash-completion
install-bash-completion:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) '$(srcdir)/cli/completion/silo.bash' '$(DESTDIR)$(bashcompletiondir)/silo'
uninstall-bash-completion:
	rm -f '$(DESTDIR)$(bashcompletiondir)/silo'
.PHONY: install-bash-completion uninstall-bash-completion

# Tests of the command line.
EXTRA_DIST += t/cli/run t/cli/completions.py t/cli/lib.py t/cli/proxy.py t/cli/terminal.py t/cli/test_account.py t/cli/test_completions.py t/cli/test_crash.py \
	t/cli/test_day.py t/cli/test_elsewhere.py t/cli/test_follow.py t/cli/test_full.py t/cli/test_gone.py t/cli/test_json.py t/cli/test_limits.py t/cli/test_locks.py t/cli/test_names.py t/cli/test_network.py t/cli/test_rebuild.py t/cli/test_refusals.py t/cli/test_silence.py t/cli/test_terminal.py t/cli/test_unreadable.py \
	t/fuzz/events.c t/fuzz/answers.c \
	t/fuzz/corpus/events/usual t/fuzz/corpus/answers/revisions t/fuzz/corpus/answers/locked
