#include "sluice_system.h"

#include <sqlite3.h>

int sluice_sqlite_uncounted(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK ? 0 : -1; }
