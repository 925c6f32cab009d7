#include "sluice_system.h"

#include <malloc.h>

void sluice_return_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_ARENA_MAX, 4);
#endif
}
