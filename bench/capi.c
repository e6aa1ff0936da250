/* Times calls of the C library: microseconds each, a line, of as many as asked after a tenth as many unmeasured ones. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "portico.h"

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

int main(int count, char **words)
{
    int calls = count > 1 ? atoi(words[1]) : 1000, i;
    const char *method = count > 2 ? words[2] : "version";
    double *taken = calloc((size_t)calls, sizeof *taken);

    if (!taken || portico_init(NULL)) {
        fprintf(stderr, "%s\n", portico_last_error());
        return 1;
    }
    for (i = -calls / 10; i < calls; i++) {
        double before = now();
        char *answer = portico_call(method, NULL);
        if (i >= 0)
            taken[i] = now() - before;
        portico_free(answer);
    }
    portico_close();
    for (i = 0; i < calls; i++)
        printf("%.2f\n", taken[i]);
    free(taken);
    return 0;
}
