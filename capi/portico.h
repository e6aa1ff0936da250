/* Portico's client core for programs in any language: JSON methods, tagged answers.
 *
 * The methods, their parameters, results and events are those of docs/boundary.md and schemas/boundary.json. How the
 * library is built, found and linked: docs/capi.md.
 *
 * Texts are UTF-8 and end in a zero byte.
 *
 * Ownership. A text that comes as `char *` belongs to the caller, who gives it to portico_free, once. A text that comes
 * as `const char *` belongs to the library. What the caller passes stays the caller's and is read during the call only.
 *
 * Answers. Every `char *` is a JSON object, {"status":"ok","value":...} or {"status":"error","message","code","kind"} with
 * "path" where a parameter is meant; also before portico_init ("code":"not_initialised") and after portico_close ("closed").
 * It is NULL only when there is no memory left.
 *
 * Threads. Every function may be called by any thread, by many at once, also while others wait in it. A call waits for
 * its answer; meanwhile no lock of the library or of Python is held. Not in signal handlers. In a child after fork that has
 * not called exec calls are answered "closed", and portico_init fails.
 *
 * The library starts Python in the process, and a thread for its event loop. It installs no signal handlers and leaves
 * the locale, standard input and standard output alone; logs and warnings go to standard error.
 */
#ifndef PORTICO_H
#define PORTICO_H

#if defined(__GNUC__)
#define PORTICO_API __attribute__((visibility("default")))
#else
#define PORTICO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Start Python and the event loop. `python_prefix` is the folder of the virtual environment in which portico is
 * installed (that has bin/python); NULL is the one that the library was built with. Environment variables are read here:
 * PORTICO_URL and PORTICO_TOKEN name a gateway, PORTICO_HOME a home; variables for Python have no effect.
 *
 * 0 when calls are answered from now on, also when they were already. Else -1, and portico_last_error says why. It may be
 * tried again; once Python has started, with the same environment only. After portico_close it opens anew. */
PORTICO_API int portico_init(const char *python_prefix);

/* Call a method of the boundary. `params_json` is an object of at most 32 MiB; NULL means no parameters. */
PORTICO_API char *portico_call(const char *method, const char *params_json);

/* The method gateway_next_events: what the program has not been told yet. Waits up to `timeout_ms` (0 to 60000) for a
 * first event; the list is empty when there was none. One thread is meant to wait here: of two each is told a part. */
PORTICO_API char *portico_next_events(int timeout_ms);

/* Free an answer. NULL does nothing. */
PORTICO_API void portico_free(char *text);

/* The version of portico that the library was built from. Needs no portico_init. */
PORTICO_API const char *portico_version(void);

/* The method schema: {"status":"ok","value":{"document":...}}, a JSON Schema of every method and event. */
PORTICO_API char *portico_schema(void);

/* Leave the gateway, end the event loop and its thread, and wait for that, a few seconds at most. A gateway in this process
 * ends with it: turns that run are marked as interrupted. Calls at work are answered "closed". Python stays loaded. Doing
 * it twice does nothing. */
PORTICO_API void portico_close(void);

/* Why the last portico_init of the calling thread failed; empty if it did not. Valid until this thread's next one. */
PORTICO_API const char *portico_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
