# The page: bundled from npm by the lock file into www/dist, installed as plain files.
www_sources = www/README.md \
	www/.npmrc www/build www/bundle.mjs www/kernel-glue.mjs www/index.html www/package.json www/package-lock.json \
	www/tsconfig.json
www_sources += www/api-doc/api.css
www_sources += www/api-doc/contract.mjs
www_sources += www/api-doc/html.mjs
www_sources += www/api-doc/pages.mjs
www_sources += www/api-doc/schema.mjs
www_sources += www/src/app.js
www_sources += www/src/base/clock.js
www_sources += www/src/base/html.js
www_sources += www/src/base/router.js
www_sources += www/src/base/theme.js
www_sources += www/src/locks/actions.js
www_sources += www/src/locks/alerts.js
www_sources += www/src/locks/answers.js
www_sources += www/src/modules.d.ts
www_sources += www/src/parts/dialog.js
www_sources += www/src/parts/event-line.js
www_sources += www/src/parts/failed.js
www_sources += www/src/parts/header.js
www_sources += www/src/parts/icons.js
www_sources += www/src/parts/lock-mark.js
www_sources += www/src/parts/logo.js
www_sources += www/src/parts/narrow.js
www_sources += www/src/parts/new-password.js
www_sources += www/src/parts/people.js
www_sources += www/src/parts/picture.js
www_sources += www/src/parts/time.js
www_sources += www/src/parts/toast.js
www_sources += www/src/parts/use-list.js
www_sources += www/src/parts/virtual.js
www_sources += www/src/preview/nothing.js
www_sources += www/src/preview/scene.js
www_sources += www/src/preview/worker.js
www_sources += www/src/preview/xml.js
www_sources += www/src/server/api.js
www_sources += www/src/server/crossing.js
www_sources += www/src/server/facts.js
www_sources += www/src/server/live.js
www_sources += www/src/server/types.js
www_sources += www/src/state/items-list.js
www_sources += www/src/state/known-items.js
www_sources += www/src/state/lease.js
www_sources += www/src/state/pages.js
www_sources += www/src/state/pictures.js
www_sources += www/src/state/store.js
www_sources += www/src/views/activity.js
www_sources += www/src/views/item-edit.js
www_sources += www/src/views/item-history.js
www_sources += www/src/views/item-lock.js
www_sources += www/src/views/item-missing.js
www_sources += www/src/views/item-revisions.js
www_sources += www/src/views/item-stage.js
www_sources += www/src/views/item-upload.js
www_sources += www/src/views/item.js
www_sources += www/src/views/items-cards.js
www_sources += www/src/views/items-row.js
www_sources += www/src/views/items.js
www_sources += www/src/views/locks.js
www_sources += www/src/views/new-item.js
www_sources += www/src/views/preview.js
www_sources += www/src/views/settings.js
www_sources += www/src/views/sign-in.js
www_sources += www/src/views/users.js
www_sources += www/src/words/alert.js
www_sources += www/src/words/event.js
www_sources += www/src/words/format.js
www_sources += www/style/app.css
www_sources += www/style/base.css
www_sources += www/style/cards.css
www_sources += www/style/controls.css
www_sources += www/style/frame.css
www_sources += www/style/item.css
www_sources += www/style/items.css
www_sources += www/style/lists.css
www_sources += www/style/messages.css
www_sources += www/style/preview.css
www_sources += www/style/signs.css
www_sources += www/style/table.css
www_sources += www/style/tokens.css

EXTRA_DIST += $(www_sources)

# The API's pages are made of the contract.
www/dist/index.html.gz: $(www_sources) doc/openapi.yaml
	$(AM_V_GEN)$(srcdir)/www/build www

all-local: www/dist/index.html.gz

install-data-local: www/dist/index.html.gz
	$(MKDIR_P) "$(DESTDIR)$(pkgdatadir)/www/doc/api"
	$(INSTALL_DATA) www/dist/*.* "$(DESTDIR)$(pkgdatadir)/www/"
	$(INSTALL_DATA) www/dist/doc/api/* "$(DESTDIR)$(pkgdatadir)/www/doc/api/"

uninstall-local:
	rm -rf "$(DESTDIR)$(pkgdatadir)/www"

clean-local:
	rm -rf www/dist

# Out of tree, www/build has put copies of these beside node_modules.
distclean-local:
	rm -rf www/node_modules
	[ www/package.json -ef $(srcdir)/www/package.json ] || \
		rm -f www/.npmrc www/package.json www/package-lock.json
