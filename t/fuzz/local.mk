# The fuzz targets and their seeds.
EXTRA_DIST += \
	t/fuzz/answers.c \
	t/fuzz/arrivals.c \
	t/fuzz/corpus \
	t/fuzz/events.c \
	t/fuzz/fastcgi.h \
	t/fuzz/json.c \
	t/fuzz/multipart.c \
	t/fuzz/request.c \
	t/fuzz/run \
	t/fuzz/settings.c \
	t/fuzz/thumbnail.c \
	t/fuzz/worker.c
