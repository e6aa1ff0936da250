/* A shell in C: connects, asks for one turn, prints what happens as it comes, a JSON object a line, and at last the rows.
 *
 *     example PROMPT [THREAD_ID] [PYTHON_PREFIX]
 *
 * A real shell would read the answers with its JSON library; here it is enough to look for a few texts in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portico.h"

static int is_ok(const char *answer)
{
    return answer && !strncmp(answer, "{\"status\":\"ok\"", 14);
}

/* A call that must succeed. */
static void call(const char *method, const char *params)
{
    char *answer = portico_call(method, params);

    if (!is_ok(answer)) {
        fprintf(stderr, "%s: %s\n", method, answer ? answer : "no memory");
        exit(1);
    }
    portico_free(answer);
}

/* Print events until one of them has this text. */
static void until(const char *text)
{
    int is_found = 0;

    while (!is_found) {
        char *events = portico_next_events(10000);
        if (!is_ok(events)) {
            fprintf(stderr, "%s\n", events ? events : "no memory");
            exit(1);
        }
        puts(events);
        is_found = strstr(events, text) != NULL;
        portico_free(events);
    }
}

/* `text` as a JSON string, without the quotes around it. */
static char *escaped(const char *text)
{
    char *to = malloc(6 * strlen(text) + 1), *end = to;

    for (; to && *text; text++)
        if (*text == '"' || *text == '\\' || (unsigned char)*text < 0x20)
            end += sprintf(end, "\\u%04x", (unsigned char)*text);
        else
            *end++ = *text;
    if (to)
        *end = 0;
    return to;
}

int main(int count, char **words)
{
    const char *thread = count > 2 ? words[2] : "example-of-the-c-library";
    char *prompt = count > 1 ? escaped(words[1]) : NULL;
    char *params;
    size_t size;

    if (!prompt) {
        fprintf(stderr, "usage: %s PROMPT [THREAD_ID] [PYTHON_PREFIX]\n", words[0]);
        return 2;
    }
    if (portico_init(count > 3 ? words[3] : NULL)) {
        fprintf(stderr, "%s\n", portico_last_error());
        return 1;
    }
    size = strlen(prompt) + strlen(thread) + 64;
    params = malloc(size);

    call("gateway_connect", NULL);
    call("workspace_bootstrap", NULL);
    snprintf(params, size, "{\"thread_id\":\"%s\"}", thread);
    call("thread_create", params);
    call("active_thread_open", params);
    until("\"event\":\"timeline\"");
    snprintf(params, size, "{\"thread_id\":\"%s\",\"text\":\"%s\"}", thread, prompt);
    call("composer_send", params);

    /* the row that closes a turn tells how long it took; inside a text the quotes would be escaped */
    until("\"elapsed_ms\":");
    snprintf(params, size, "{\"thread_id\":\"%s\"}", thread);
    call("active_thread_open", params);
    until("\"event\":\"timeline\"");

    portico_close();
    free(params);
    free(prompt);
    return 0;
}
