/* Eight threads open the library, call it all at once, and go on while it is closed; a ninth waits for events.
 *
 *     hammer CALLS_OF_EACH
 *
 * Prints what was wrong, or how it ended. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portico.h"

#define THREADS 8

static atomic_int wrong;
static sem_t done;
static int wanted;
static pthread_barrier_t together;

struct one {
    const char *method, *params, *expected;
};

static const struct one CALLS[] = {
    {"version", NULL, "{\"status\":\"ok\",\"value\":{\"boundary\":1"},
    {"reasoning_effort_rows", "{\"provider\":\"p\",\"model\":\"m\"}", "{\"status\":"},
    {"sing", "{}", "{\"status\":\"error\",\"message\":\"there is no such method\""},
    {"version", "{", "{\"status\":\"error\",\"message\":\"the parameters are no JSON\""},
    {"thread_tree_refresh", NULL, "{\"status\":\"error\",\"message\":\"no gateway is connected\""},
};

static int is_closed(const char *answer)
{
    return answer && strstr(answer, "\"code\":\"closed\"") != NULL;
}

static void *call_on(void *argument)
{
    size_t i = (size_t)argument;
    int is_over = 0, calls = 0;

    if (portico_init(NULL)) {
        puts(portico_last_error());
        atomic_fetch_add(&wrong, 1);
    }
    pthread_barrier_wait(&together);
    while (!is_over) {
        const struct one *it = &CALLS[i++ % (sizeof CALLS / sizeof *CALLS)];
        char *answer = portico_call(it->method, it->params);
        is_over = is_closed(answer);
        if (!is_over && (!answer || strncmp(answer, it->expected, strlen(it->expected)))) {
            printf("%s: %s\n", it->method, answer ? answer : "NULL");
            atomic_fetch_add(&wrong, 1);
        }
        portico_free(answer);
        if (++calls == wanted)
            sem_post(&done);
    }
    return NULL;
}

static void *wait_on(void *nothing)
{
    char *answer;

    (void)nothing;
    pthread_barrier_wait(&together);
    answer = portico_next_events(60000);
    printf("the wait ended: %s\n", is_closed(answer) ? "closed" : answer);
    portico_free(answer);
    return NULL;
}

int main(int count, char **words)
{
    pthread_t threads[THREADS + 1];
    size_t i;

    wanted = count > 1 ? atoi(words[1]) : 500;
    sem_init(&done, 0, 0);
    pthread_barrier_init(&together, NULL, THREADS + 1);
    for (i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, call_on, (void *)i);
    pthread_create(&threads[THREADS], NULL, wait_on, NULL);
    for (i = 0; i < THREADS; i++)
        sem_wait(&done);
    portico_close();
    for (i = 0; i <= THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%d wrong\n", atomic_load(&wrong));
    return 0;
}
