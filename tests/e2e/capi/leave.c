/* A program that ends while one thread waits for events and the gateway in it is open. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "portico.h"

static pthread_barrier_t together;

static void *wait_on(void *nothing)
{
    (void)nothing;
    pthread_barrier_wait(&together);
    for (;;)
        portico_free(portico_next_events(60000));
    return NULL;
}

int main(void)
{
    pthread_t waiting;
    char *answer;

    if (portico_init(NULL)) {
        puts(portico_last_error());
        return 1;
    }
    answer = portico_call("gateway_connect", NULL);
    printf("%.14s\n", answer);
    portico_free(answer);
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&waiting, NULL, wait_on, NULL);
    pthread_barrier_wait(&together);
    return 3;
}
