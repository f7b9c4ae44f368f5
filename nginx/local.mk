# What this folder builds, installs and distributes.
nobase_dist_pkgdata_DATA += \
	nginx/mime.types \
	nginx/private.conf \
	nginx/silo-http.conf \
	nginx/silo-prefix.conf \
	nginx/silo-routes.conf \
	nginx/silo.conf
