# The database's part: what silo-admin migrate applies.
nobase_dist_pkgdata_DATA += \
	sql/roles.sql \
	sql/bootstrap.sql \
	sql/migrations/0001-foundation.sql \
	sql/migrations/0002-locks-by-age.sql \
	sql/migrations/0003-feed-by-number.sql \
	sql/migrations/0004-lease-ids.sql \
	sql/migrations/0005-projects-and-pages.sql \
	sql/migrations/0006-tokens-of-tokens.sql \
	sql/migrations/0007-late-calls.sql \
	sql/migrations/0008-vault-checks.sql \
	sql/migrations/0009-shortest-lease.sql \
	sql/functions/05-facts.sql \
	sql/functions/10-common.sql \
	sql/functions/20-sign-in.sql \
	sql/functions/25-people.sql \
	sql/functions/30-rows.sql \
	sql/functions/32-shapes.sql \
	sql/functions/35-guards.sql \
	sql/functions/40-locks.sql \
	sql/functions/42-many-locks.sql \
	sql/functions/44-part-numbers.sql \
	sql/functions/46-projects.sql \
	sql/functions/48-items.sql \
	sql/functions/50-revisions.sql \
	sql/functions/55-files.sql \
	sql/functions/60-feed.sql \
	sql/functions/70-server.sql \
	sql/functions/75-vault.sql \
	sql/functions/80-transfer.sql \
	sql/functions/90-grants.sql
EXTRA_DIST += sql/facts sql/lint sql/model/locking.pml sql/model/check
