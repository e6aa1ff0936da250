/* The public library. It is not linked with Python, but loads the part that is (python.c) in portico_init:
 * where Python has no shared library that is said in words and not by the program's loader, and Python's symbols become
 * visible to its extension modules however the program itself has loaded us. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portico.h"

#define REFUSAL(code, kind, message) "{\"status\":\"error\",\"message\":\"" message "\",\"code\":\"" code "\",\"kind\":\"" kind "\""

enum { NEW, OPEN, CLOSED, FORKED };

static atomic_int state = NEW;
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static char used_prefix[PATH_MAX];
static _Thread_local char last_error[1024];

static int (*python_start)(const char *prefix, char *words, size_t size);
static char *(*python_open)(void);
static char *(*python_call)(const char *method, const char *params);
static void (*python_close)(void);

static int refused(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(last_error, sizeof last_error, format, values);
    va_end(values);
    return -1;
}

/* Threads do not survive a fork: what waited for Python's would wait for ever. */
static void in_child(void)
{
    atomic_store(&state, FORKED);
}

static int load(void)
{
    Dl_info here;
    char path[PATH_MAX];
    const char *slash;
    void *part;

    if (python_open)
        return 0;
    if (!dladdr((void *)portico_init, &here) || !here.dli_fname)
        return refused("the folder of the library cannot be found");
    slash = strrchr(here.dli_fname, '/');
    snprintf(path, sizeof path, "%.*s/%s", slash ? (int)(slash - here.dli_fname) : 1, slash ? here.dli_fname : ".",
             PORTICO_PART);
    part = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!part)
        return refused("Python %s cannot be loaded as a shared library: %s", PORTICO_PYTHON, dlerror());
    *(void **)&python_start = dlsym(part, "portico_python_start");
    *(void **)&python_call = dlsym(part, "portico_python_call");
    *(void **)&python_close = dlsym(part, "portico_python_close");
    *(void **)&python_open = dlsym(part, "portico_python_open");
    if (!python_start || !python_call || !python_close || !python_open) {
        python_open = NULL;
        return refused("%s is of another version of this library", path);
    }
    pthread_atfork(NULL, NULL, in_child);
    return 0;
}

static int start(const char *prefix)
{
    char *words;
    int is_open;

    if (load() || python_start(prefix, last_error, sizeof last_error))
        return -1;
    strcpy(used_prefix, prefix);
    words = python_open();
    is_open = words && !*words;
    if (!is_open)
        refused("portico cannot be started: %s", words ? words : "standard error says why");
    free(words);
    return is_open ? 0 : -1;
}

int portico_init(const char *python_prefix)
{
    char prefix[PATH_MAX];
    const char *wanted = python_prefix ? python_prefix : PORTICO_PREFIX;
    int code = 0;

    last_error[0] = 0;
    if (atomic_load(&state) == FORKED)
        return refused("this process was forked from one with Python in it, and has not called exec");
    if (!realpath(wanted, prefix))
        return refused("there is no folder %s", wanted);
    pthread_mutex_lock(&opening);
    if (*used_prefix && strcmp(used_prefix, prefix))
        code = refused("Python runs in %s already", used_prefix);
    else if (atomic_load(&state) != OPEN && (code = start(prefix)) == 0)
        atomic_store(&state, OPEN);
    pthread_mutex_unlock(&opening);
    return code;
}

char *portico_call(const char *method, const char *params_json)
{
    switch (atomic_load(&state)) {
    case NEW:
        return strdup(REFUSAL("not_initialised", "unavailable", "portico_init has not been called") "}");
    case CLOSED:
        return strdup(REFUSAL("closed", "unavailable", "the boundary is closed") "}");
    case FORKED:
        return strdup(REFUSAL("closed", "unavailable", "the boundary is in the process that forked this one") "}");
    }
    if (!method)
        return strdup(REFUSAL("invalid", "invalid", "a method is needed") ",\"path\":\"$.method\"}");
    return python_call(method, params_json);
}

char *portico_next_events(int timeout_ms)
{
    char params[48];

    snprintf(params, sizeof params, "{\"wait_ms\":%d}", timeout_ms);
    return portico_call("gateway_next_events", params);
}

void portico_free(char *text)
{
    free(text);
}

const char *portico_version(void)
{
    return PORTICO_VERSION;
}

char *portico_schema(void)
{
    return portico_call("schema", NULL);
}

void portico_close(void)
{
    /* of a child the lock may be another thread's that is no more */
    if (atomic_load(&state) == FORKED)
        return;
    pthread_mutex_lock(&opening);
    if (atomic_load(&state) == OPEN) {
        atomic_store(&state, CLOSED);
        python_close();
    }
    pthread_mutex_unlock(&opening);
}

const char *portico_last_error(void)
{
    return last_error;
}
