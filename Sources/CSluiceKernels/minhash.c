#include "clones.h"
#include "sluice_kernels.h"

#include <string.h>

typedef uint32_t lanes16 __attribute__((ext_vector_type(16)));

// A macro, not a function: a 64-byte vector has no calling convention that all clones share.
#define LOWER(least, x, a, b) ((least) = __builtin_elementwise_min((least), (a) * (x) + (b)))

SLUICE_CLONES
void sluice_minhash(const uint32_t *restrict values, size_t count, const uint32_t *restrict a,
                    const uint32_t *restrict b, uint32_t *restrict minima, size_t lanes) {
    size_t at = 0;
    // Four vectors at a time keep the multipliers busy; each pass has to bring in every value once.
    for (; lanes - at >= 64; at += 64) {
        lanes16 factor[4], offset[4], least[4];
        memcpy(factor, a + at, sizeof factor);
        memcpy(offset, b + at, sizeof offset);
        memcpy(least, minima + at, sizeof least);
        for (size_t n = 0; n < count; n++) {
            lanes16 x = (lanes16)values[n];
            LOWER(least[0], x, factor[0], offset[0]);
            LOWER(least[1], x, factor[1], offset[1]);
            LOWER(least[2], x, factor[2], offset[2]);
            LOWER(least[3], x, factor[3], offset[3]);
        }
        memcpy(minima + at, least, sizeof least);
    }
    for (; lanes - at >= 16; at += 16) {
        lanes16 factor, offset, least;
        memcpy(&factor, a + at, sizeof factor);
        memcpy(&offset, b + at, sizeof offset);
        memcpy(&least, minima + at, sizeof least);
        for (size_t n = 0; n < count; n++) LOWER(least, (lanes16)values[n], factor, offset);
        memcpy(minima + at, &least, sizeof least);
    }
    for (; at < lanes; at++) {
        for (size_t n = 0; n < count; n++) {
            uint32_t h = a[at] * values[n] + b[at];
            if (h < minima[at]) minima[at] = h;
        }
    }
}
