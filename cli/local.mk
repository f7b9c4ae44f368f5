# What this folder builds, installs and distributes.
bin_PROGRAMS += silo

# All but main.c is an archive, so that a test can link it.
noinst_LIBRARIES += libsilocli.a
libsilocli_a_SOURCES = \
	cli/core/account.c cli/core/account.h \
	cli/core/clock.c cli/core/clock.h \
	cli/core/command.h \
	cli/core/failpoint.h \
	cli/core/interrupt.c cli/core/interrupt.h \
	cli/core/members.c cli/core/members.h \
	cli/core/silo.c cli/core/silo.h \
	cli/core/text.c cli/core/text.h \
	cli/core/workfile.c cli/core/workfile.h \
	cli/terminal/output.c cli/terminal/output.h \
	cli/terminal/progress.c cli/terminal/progress.h \
	cli/terminal/prompt.c cli/terminal/prompt.h \
	cli/terminal/table.c \
	cli/server/api.c cli/server/api.h \
	cli/server/catalog.c cli/server/catalog.h \
	cli/server/http.c cli/server/http.h \
	cli/server/http_inner.h \
	cli/server/http_receive.c \
	cli/server/http_transfer.c \
	cli/server/lock_wait.c cli/server/lock_wait.h \
	cli/server/origin.c cli/server/origin.h \
	cli/server/refusal.c cli/server/refusal.h \
	cli/server/sse.c cli/server/sse.h \
	cli/server/stream.c cli/server/stream.h \
	cli/server/words.c cli/server/words.h \
	cli/folder/file_state.c cli/folder/file_state.h \
	cli/folder/folder.c cli/folder/folder.h \
	cli/folder/index.c cli/folder/index.h \
	cli/folder/known_folders.c cli/folder/known_folders.h \
	cli/folder/paths.c cli/folder/paths.h \
	cli/exchange/changes_elsewhere.c cli/exchange/changes_elsewhere.h \
	cli/exchange/lock_state.c cli/exchange/lock_state.h \
	cli/exchange/locks_elsewhere.c cli/exchange/locks_elsewhere.h \
	cli/exchange/orphan.c cli/exchange/orphan.h \
	cli/exchange/pending_upload.c cli/exchange/pending_upload.h \
	cli/exchange/permissions.c cli/exchange/permissions.h \
	cli/exchange/placement.c cli/exchange/placement.h \
	cli/exchange/rebuild.c cli/exchange/rebuild.h \
	cli/exchange/transfer.c cli/exchange/transfer.h \
	cli/exchange/untracked.c cli/exchange/untracked.h \
	cli/commands/account.c \
	cli/commands/checkout.c cli/commands/checkout.h \
	cli/commands/commands.c cli/commands/commands.h \
	cli/commands/commit.c \
	cli/commands/edit.c \
	cli/commands/forget.c \
	cli/commands/get.c \
	cli/commands/help.c \
	cli/commands/lists.c \
	cli/commands/locks.c \
	cli/commands/new_item.c cli/commands/new_item.h \
	cli/commands/options.c cli/commands/options.h \
	cli/commands/parse.c \
	cli/commands/people.c \
	cli/commands/status.c \
	cli/commands/undo.c \
	cli/commands/unlock.c \
	cli/commands/watch.c

SILO_CLI     = cli/main.c $(libsilocli_a_SOURCES)
cli_libs     = libsilocli.a libsilobase.a $(CURL_LIBS) $(JSONC_LIBS) $(SODIUM_LIBS)
silo_SOURCES = cli/main.c
silo_LDADD   = $(cli_libs)

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
