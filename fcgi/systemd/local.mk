# Units and account for systemd; the hardening lines are the same for all services.
systemdunitdir  = $(prefix)/lib/systemd/system
sysusersdir     = $(prefix)/lib/sysusers.d
tmpfilesdir     = $(prefix)/lib/tmpfiles.d
silosysconfdir  = $(sysconfdir)/silo

nodist_systemdunit_DATA = \
	fcgi/systemd/silo-api.service fcgi/systemd/silo-api.socket \
	fcgi/systemd/silo-events.service fcgi/systemd/silo-events.socket \
	fcgi/systemd/silo-verify.service
dist_systemdunit_DATA = fcgi/systemd/silo-verify.timer
EXTRA_DIST += fcgi/systemd/silo-api.service.in fcgi/systemd/silo-api.socket.in \
	fcgi/systemd/silo-events.service.in fcgi/systemd/silo-events.socket.in \
	fcgi/systemd/silo-verify.service.in \
	fcgi/systemd/hardening.conf fcgi/systemd/silo.sysusers fcgi/systemd/silo.tmpfiles fcgi/systemd/silo.conf
CLEANFILES += $(nodist_systemdunit_DATA)

fcgi/systemd/%: fcgi/systemd/%.in fcgi/systemd/hardening.conf
	@$(MKDIR_P) fcgi/systemd
	$(AM_V_GEN)sed -e 's|@sbindir[@]|$(sbindir)|' \
		-e '/@HARDENING[@]/{r $(srcdir)/fcgi/systemd/hardening.conf' -e 'd}' $< > $@

# An administrator's silo.conf is never overwritten; nginx's files get the path of the page.
install-data-hook:
	$(MKDIR_P) $(DESTDIR)$(sysusersdir) $(DESTDIR)$(tmpfilesdir) $(DESTDIR)$(silosysconfdir)
	$(INSTALL_DATA) $(srcdir)/fcgi/systemd/silo.sysusers $(DESTDIR)$(sysusersdir)/silo.conf
	$(INSTALL_DATA) $(srcdir)/fcgi/systemd/silo.tmpfiles $(DESTDIR)$(tmpfilesdir)/silo.conf
	test -e $(DESTDIR)$(silosysconfdir)/silo.conf || \
		$(INSTALL_DATA) $(srcdir)/fcgi/systemd/silo.conf $(DESTDIR)$(silosysconfdir)/silo.conf
	sed 's|/usr/local/share/silo/|$(pkgdatadir)/|' $(srcdir)/nginx/silo-routes.conf >$(DESTDIR)$(pkgdatadir)/nginx/silo-routes.conf

# Nor is a changed one removed.
uninstall-hook:
	rm -f $(DESTDIR)$(sysusersdir)/silo.conf $(DESTDIR)$(tmpfilesdir)/silo.conf
	! cmp -s $(srcdir)/fcgi/systemd/silo.conf $(DESTDIR)$(silosysconfdir)/silo.conf || \
		rm -f $(DESTDIR)$(silosysconfdir)/silo.conf
