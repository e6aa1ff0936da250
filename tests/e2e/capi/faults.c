/* Every bad use of the library, from a program that loads it as foreign function interfaces do: privately, by name.
 *
 *     faults LIBRARY PREFIX FOLDER_WITHOUT_PYTHON
 *
 * Prints `name<TAB>answer` a line. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int (*init)(const char *);
static char *(*call)(const char *, const char *);
static char *(*next_events)(int);
static void (*free_text)(char *);
static const char *(*version)(void);
static char *(*schema)(void);
static void (*close_all)(void);
static const char *(*last_error)(void);

static void told(const char *name, char *answer)
{
    printf("%s\t%.2000s\n", name, answer ? answer : "NULL");
    free_text(answer);
}

static void begun(const char *name, const char *prefix)
{
    int code = init(prefix);
    printf("%s\t%d %s\n", name, code, last_error());
}

static char *large(size_t size)
{
    const char *begin = "{\"thread_id\":\"t\",\"name\":\"", *end = "\"}";
    char *text = malloc(size + 64);

    strcpy(text, begin);
    memset(text + strlen(begin), 'x', size);
    strcpy(text + strlen(begin) + size, end);
    return text;
}

static void with_large(const char *name, size_t size)
{
    char *params = large(size);
    told(name, call("thread_rename", params));
    free(params);
}

static int load(const char *library)
{
    void *it = dlopen(library, RTLD_NOW | RTLD_LOCAL);

    if (!it) {
        puts(dlerror());
        return 1;
    }
    *(void **)&init = dlsym(it, "portico_init");
    *(void **)&call = dlsym(it, "portico_call");
    *(void **)&next_events = dlsym(it, "portico_next_events");
    *(void **)&free_text = dlsym(it, "portico_free");
    *(void **)&version = dlsym(it, "portico_version");
    *(void **)&schema = dlsym(it, "portico_schema");
    *(void **)&close_all = dlsym(it, "portico_close");
    *(void **)&last_error = dlsym(it, "portico_last_error");
    return 0;
}

int main(int count, char **words)
{
    if (count < 4 || load(words[1]))
        return 2;

    printf("version\t%s\n", version());
    printf("no error\t%s\n", last_error());
    told("call before init", call("version", NULL));
    told("events before init", next_events(0));
    told("schema before init", schema());
    close_all();
    free_text(NULL);
    told("close before init is nothing", call("version", NULL));

    begun("init nowhere", "/nowhere/at/all");
    begun("init without Python", words[3]);
    told("call after a failed init", call("version", NULL));
    begun("init", NULL);
    begun("init again", NULL);
    begun("init with the same", words[2]);
    begun("init with another", words[3]);

    told("call", call("version", NULL));
    told("schema", schema());
    told("method NULL", call(NULL, "{}"));
    told("method no UTF-8", call("\xff\xfe", "{}"));
    told("method unknown", call("sing", "{}"));
    told("params no UTF-8", call("thread_create", "{\"name\":\"\xc3\x28\"}"));
    told("params no JSON", call("thread_create", "{"));
    told("params empty", call("thread_create", ""));
    told("params unknown", call("version", "{\"a\":1}"));
    with_large("params 10 MB", 10000000);
    with_large("params 33 MB", 34000000);
    told("events", next_events(0));
    told("events before now", next_events(-1));
    told("not connected", call("workspace_bootstrap", NULL));
    told("nobody there", call("gateway_connect", "{\"url\":\"http://127.0.0.1:9\"}"));

    close_all();
    close_all();
    told("call after close", call("version", NULL));
    told("events after close", next_events(1000));
    begun("init after close", NULL);
    told("call after that", call("version", NULL));
    close_all();
    return 0;
}
