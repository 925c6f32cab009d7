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

static int errno_of(sqlite3_file *file) {
    int number = 0;
    // A file that is not open has no methods.
    if (file == (void *)0 || file->pMethods == (void *)0) return 0;
    return file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number) == SQLITE_OK ? number : 0;
}

int sluice_sqlite_file_errno(struct sqlite3 *connection) {
    sqlite3_file *database = (void *)0, *log = (void *)0;
    (void)sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &database);
    (void)sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    int number = errno_of(database);
    return number != 0 ? number : errno_of(log);
}
