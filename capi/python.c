/* The part of the library that is linked with Python: starts an interpreter in a given environment.
 * cffi adds portico_python_open, portico_python_call and portico_python_close, which are written in Python. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STRING_OF(number) #number
#define STRING(number) STRING_OF(number)
#define VERSION STRING(PY_MAJOR_VERSION) "." STRING(PY_MINOR_VERSION)

static char *portico_copied(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    if (copy) {
        memcpy(copy, text, size);
        copy[size] = 0;
    }
    return copy;
}

/* The interpreter of the environment, from whose place Python finds pyvenv.cfg and the packages. */
static int find_program(const char *prefix, char *program, char *words, size_t size)
{
    static const char *const names[] = {"python" VERSION, "python3", "python"};
    struct stat found;
    size_t i;

    snprintf(program, PATH_MAX, "%s/lib/python" VERSION, prefix);
    if (!stat(program, &found) && S_ISDIR(found.st_mode))
        for (i = 0; i < sizeof names / sizeof *names; i++) {
            snprintf(program, PATH_MAX, "%s/bin/%s", prefix, names[i]);
            if (!access(program, X_OK))
                return 0;
        }
    snprintf(words, size, "%s is no environment of Python %s, which this library was built for", prefix, VERSION);
    return -1;
}

/* Isolated: variables and folders of the user do not change what is imported, no signal handlers, and UTF-8 whatever
 * the program's locale. */
static PyStatus initialise(const char *program)
{
    PyPreConfig before;
    PyConfig config;
    PyStatus status;

    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    status = Py_PreInitialize(&before);
    if (PyStatus_Exception(status))
        return status;
    PyConfig_InitIsolatedConfig(&config);
    status = PyConfig_SetBytesString(&config, &config.program_name, program);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    return status;
}

static void tell_exception(const char *prefix, char *words, size_t size)
{
    PyObject *type, *value, *trace, *text;
    const char *told = NULL;

    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    text = value ? PyObject_Str(value) : NULL;
    told = text ? PyUnicode_AsUTF8(text) : NULL;
    snprintf(words, size, "portico cannot be used in %s: %s", prefix, told ? told : "it cannot be imported");
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(trace);
    Py_XDECREF(value);
    Py_XDECREF(type);
}

static int is_usable(const char *prefix, char *words, size_t size)
{
    PyObject *backend = PyImport_ImportModule("_cffi_backend");
    PyObject *ours = backend ? PyImport_ImportModule("portico.boundary.capi") : NULL;
    PyObject *abi = ours ? PyObject_GetAttrString(ours, "ABI") : NULL;
    int is_usable = abi && PyLong_AsLong(abi) == PORTICO_ABI;

    if (!abi)
        tell_exception(prefix, words, size);
    else if (!is_usable)
        snprintf(words, size, "the portico of %s is of another version than this library: build it again", prefix);
    Py_XDECREF(abi);
    Py_XDECREF(ours);
    Py_XDECREF(backend);
    return is_usable;
}

/* 0, or words that say what is in the way. One caller at a time; Python stays once it was started. */
__attribute__((visibility("default"))) int portico_python_start(const char *prefix, char *words, size_t size)
{
    static char started[PATH_MAX];
    char program[PATH_MAX];
    PyGILState_STATE held;
    int is_fit;

    if (*started && strcmp(started, prefix)) {
        snprintf(words, size, "Python runs in %s already", started);
        return -1;
    }
    /* a program's own Python comes before the one that this file is linked with */
    if (strncmp(Py_GetVersion(), VERSION ".", sizeof VERSION)) {
        snprintf(words, size, "this library is for Python %s, and the program has Python %.*s", VERSION,
                 (int)strcspn(Py_GetVersion(), " "), Py_GetVersion());
        return -1;
    }
    /* a program may have an interpreter of its own: then that one is used */
    if (!Py_IsInitialized()) {
        PyStatus status;
        if (find_program(prefix, program, words, size))
            return -1;
        status = initialise(program);
        if (PyStatus_Exception(status)) {
            snprintf(words, size, "Python does not start in %s: %s", prefix, status.err_msg ? status.err_msg : "it exits");
            return -1;
        }
        PyEval_SaveThread();
        snprintf(started, sizeof started, "%s", prefix);
    }
    held = PyGILState_Ensure();
    is_fit = is_usable(prefix, words, size);
    PyGILState_Release(held);
    return is_fit ? 0 : -1;
}
