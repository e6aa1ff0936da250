/* A program that forks while the library is open, and one thread waits in it; and that unloads what cannot be unloaded.
 *
 *     forked LIBRARY
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int (*init)(const char *);
static char *(*call)(const char *, const char *);
static char *(*next_events)(int);
static void (*free_text)(char *);
static void (*close_all)(void);
static const char *(*last_error)(void);

static void load(const char *library)
{
    void *it = dlopen(library, RTLD_NOW | RTLD_LOCAL);

    if (!it) {
        puts(dlerror());
        exit(2);
    }
    *(void **)&init = dlsym(it, "portico_init");
    *(void **)&call = dlsym(it, "portico_call");
    *(void **)&next_events = dlsym(it, "portico_next_events");
    *(void **)&free_text = dlsym(it, "portico_free");
    *(void **)&close_all = dlsym(it, "portico_close");
    *(void **)&last_error = dlsym(it, "portico_last_error");
    dlclose(it);
}

static void *wait_on(void *nothing)
{
    (void)nothing;
    free_text(next_events(60000));
    return NULL;
}

static void told(const char *who)
{
    char *answer = call("version", NULL);
    printf("%s: %.34s\n", who, answer);
    free_text(answer);
}

int main(int count, char **words)
{
    pthread_t waiting;
    int status;

    if (count < 2)
        return 2;
    load(words[1]);
    if (init(NULL)) {
        puts(last_error());
        return 1;
    }
    pthread_create(&waiting, NULL, wait_on, NULL);
    fflush(stdout);
    if (fork() == 0) {
        told("child");
        printf("child: %d %s\n", init(NULL), last_error());
        close_all();
        fflush(stdout);
        _exit(0);
    }
    wait(&status);
    told("parent");
    close_all();
    pthread_join(waiting, NULL);
    return WEXITSTATUS(status);
}
