/*
 * Counters in one shared anonymous mapping, added to atomically.
 */
#include "config.h"
#include "process/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <sys/mman.h>

struct metrics {
	atomic_uint_fast64_t by_class[6]; /* index: status / 100 */
	atomic_uint_fast64_t microseconds, starts, workers, healed;
};
static struct metrics *metrics;

bool metrics_open(void)
{
	metrics =
	    mmap(NULL, sizeof *metrics, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (metrics == MAP_FAILED)
		metrics = NULL;
	return metrics != NULL;
}

void metrics_count_request(int status, int64_t microseconds)
{
	if (!metrics || status < 100 || status > 599)
		return;
	atomic_fetch_add(&metrics->by_class[status / 100], 1);
	atomic_fetch_add(&metrics->microseconds, (uint_fast64_t)microseconds);
}

void metrics_count_start(void)
{
	if (metrics)
		atomic_fetch_add(&metrics->starts, 1);
}

void metrics_count_healed(void)
{
	if (metrics)
		atomic_fetch_add(&metrics->healed, 1);
}

void metrics_set_workers(int workers)
{
	if (metrics)
		atomic_store(&metrics->workers, (uint_fast64_t)workers);
}

void metrics_print(FILE *text)
{
	uint64_t count = 0;

	if (!metrics)
		return;
	fprintf(text, "# TYPE silo_http_requests_total counter\n");
	for (int class = 2; class < 6; class ++) {
		uint64_t one = atomic_load(&metrics->by_class[class]);

		fprintf(text, "silo_http_requests_total{status=\"%dxx\"} %" PRIu64 "\n", class,
		        one);
		count += one;
	}
	fprintf(text, "# TYPE silo_http_request_seconds summary\n");
	fprintf(text,
	        "silo_http_request_seconds_sum %.6f\nsilo_http_request_seconds_count %" PRIu64 "\n",
	        (double)atomic_load(&metrics->microseconds) / 1e6, count);
	fprintf(text, "# TYPE silo_workers gauge\nsilo_workers %" PRIuFAST64 "\n",
	        atomic_load(&metrics->workers));
	fprintf(text,
	        "# TYPE silo_worker_starts_total counter\nsilo_worker_starts_total %" PRIuFAST64
	        "\n",
	        atomic_load(&metrics->starts));
	fprintf(text,
	        "# TYPE silo_vault_healed_total counter\nsilo_vault_healed_total %" PRIuFAST64 "\n",
	        atomic_load(&metrics->healed));
}
