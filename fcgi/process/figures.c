/*
 * Counters in one shared anonymous mapping, added to atomically.
 */
#include "config.h"
#include "process/figures.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <sys/mman.h>

struct figures {
	atomic_uint_fast64_t by_class[6]; /* index: status / 100 */
	atomic_uint_fast64_t microseconds, starts, workers, healed;
};
static struct figures *figures;

bool figures_open(void)
{
	figures =
	    mmap(NULL, sizeof *figures, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (figures == MAP_FAILED)
		figures = NULL;
	return figures != NULL;
}

void figures_count_request(int status, int64_t microseconds)
{
	if (!figures || status < 100 || status > 599)
		return;
	atomic_fetch_add(&figures->by_class[status / 100], 1);
	atomic_fetch_add(&figures->microseconds, (uint_fast64_t)microseconds);
}

void figures_count_start(void)
{
	if (figures)
		atomic_fetch_add(&figures->starts, 1);
}

void figures_count_healed(void)
{
	if (figures)
		atomic_fetch_add(&figures->healed, 1);
}

void figures_set_workers(int workers)
{
	if (figures)
		atomic_store(&figures->workers, (uint_fast64_t)workers);
}

void figures_print(FILE *text)
{
	uint64_t count = 0;

	if (!figures)
		return;
	fprintf(text, "# TYPE silo_http_requests_total counter\n");
	for (int class = 2; class < 6; class ++) {
		uint64_t one = atomic_load(&figures->by_class[class]);

		fprintf(text, "silo_http_requests_total{status=\"%dxx\"} %" PRIu64 "\n", class,
		        one);
		count += one;
	}
	fprintf(text, "# TYPE silo_http_request_seconds summary\n");
	fprintf(text,
	        "silo_http_request_seconds_sum %.6f\nsilo_http_request_seconds_count %" PRIu64 "\n",
	        (double)atomic_load(&figures->microseconds) / 1e6, count);
	fprintf(text, "# TYPE silo_workers gauge\nsilo_workers %" PRIuFAST64 "\n",
	        atomic_load(&figures->workers));
	fprintf(text,
	        "# TYPE silo_worker_starts_total counter\nsilo_worker_starts_total %" PRIuFAST64
	        "\n",
	        atomic_load(&figures->starts));
	fprintf(text,
	        "# TYPE silo_vault_healed_total counter\nsilo_vault_healed_total %" PRIuFAST64 "\n",
	        atomic_load(&figures->healed));
}
