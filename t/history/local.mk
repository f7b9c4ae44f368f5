# The history check: a load program, a reader of the stream, their judge.
EXTRA_DIST += \
	t/history/exchange.c \
	t/history/exchange.h \
	t/history/faults \
	t/history/history.h \
	t/history/judge.c \
	t/history/lib.sh \
	t/history/load.c \
	t/history/reader.c \
	t/history/run \
	t/history/stops.c \
	t/history/stops.h \
	t/history/story.c \
	t/history/story.h
