#include "sluice_system.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static _Thread_local int last_errno;

/// Takes the number out of what SQLite's layer for Unix reports: "os_unix.c:LINE: (NUMBER) open(PATH) - WORDS".
static void take_errno(void *unused, int code, const char *message) {
    (void)unused;
    (void)code;
    int number = 0;
    if (strncmp(message, "os_unix.c:", 10) == 0 && sscanf(message + 10, "%*d: (%d)", &number) == 1) {
        last_errno = number;
    }
}

int sluice_sqlite_set_up(void) {
    int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int reported = sqlite3_config(SQLITE_CONFIG_LOG, take_errno, (void *)0);
    return uncounted == SQLITE_OK && reported == SQLITE_OK ? 0 : -1;
}

int sluice_sqlite_last_errno(void) {
    int number = last_errno;
    last_errno = 0;
    return number;
}
