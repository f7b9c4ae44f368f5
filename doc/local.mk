# What this folder builds, installs and distributes.
EXTRA_DIST += doc/openapi.yaml
EXTRA_DIST += doc/dependencies.md doc/install.md doc/install-packages.md doc/install-source.md
dist_man5_MANS += doc/silo.conf.5
dist_man8_MANS += doc/silo-api.8 doc/silo-events.8 doc/silo-admin.8
EXTRA_DIST += doc/architecture.md doc/glossary.md doc/routes.md doc/working-folder.md
EXTRA_DIST += doc/administration.md doc/backup.md doc/configuration.md doc/monitoring.md doc/troubleshooting.md \
	doc/upgrade.md doc/monitoring/alerts.yml doc/monitoring/grafana.json doc/monitoring/prometheus.yml
EXTRA_DIST += doc/events.md doc/security.md doc/reliability.md doc/performance.md \
	doc/images/bench-pairs.svg doc/images/bench-ratios.svg
EXTRA_DIST += doc/freecad.md \
	doc/images/architecture.svg \
	doc/images/compare.png \
	doc/images/freecad-asked.png \
	doc/images/freecad-assembly.png \
	doc/images/freecad-check-in.png \
	doc/images/freecad-checked-out.png \
	doc/images/freecad-ended.png \
	doc/images/freecad-free.png \
	doc/images/freecad-open.png \
	doc/images/freecad-refused.png \
	doc/images/freecad-saving.png \
	doc/images/freecad-sign-in.png \
	doc/images/freecad-warned.png \
	doc/images/freecad-web.png \
	doc/images/items.png
