# Proofs: what must hold under load, faults, upgrades and hostile bytes, for seconds or for hours.
EXTRA_DIST += \
	t/proofs/faults/faults.sh \
	t/proofs/faults/lib.sh \
	t/proofs/faults/run \
	t/proofs/fuzz/answers.c \
	t/proofs/fuzz/arrivals.c \
	t/proofs/fuzz/corpus \
	t/proofs/fuzz/events.c \
	t/proofs/fuzz/fastcgi.h \
	t/proofs/fuzz/json.c \
	t/proofs/fuzz/multipart.c \
	t/proofs/fuzz/request.c \
	t/proofs/fuzz/run \
	t/proofs/fuzz/settings.c \
	t/proofs/fuzz/thumbnail.c \
	t/proofs/fuzz/worker.c \
	t/proofs/history/exchange.c \
	t/proofs/history/exchange.h \
	t/proofs/history/faults \
	t/proofs/history/history.h \
	t/proofs/history/judge.c \
	t/proofs/history/lib.sh \
	t/proofs/history/load.c \
	t/proofs/history/reader.c \
	t/proofs/history/run \
	t/proofs/history/stops.c \
	t/proofs/history/stops.h \
	t/proofs/history/story.c \
	t/proofs/history/story.h \
	t/proofs/overload/crowd.py \
	t/proofs/overload/run \
	t/proofs/soak/run \
	t/proofs/soak/sample \
	t/proofs/upgrade/run
