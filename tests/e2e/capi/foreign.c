/* A program with a Python of its own that the library was not built for. */
#include <stdio.h>

#include "portico.h"

__attribute__((visibility("default"))) const char *Py_GetVersion(void)
{
    return "2.7.18 (default)";
}

int main(void)
{
    int code = portico_init(NULL);

    printf("%d %s\n", code, portico_last_error());
    return 0;
}
