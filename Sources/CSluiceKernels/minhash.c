#include "clones.h"
#include "sluice_kernels.h"

SLUICE_CLONES
void sluice_minhash(const uint32_t *restrict values, size_t count, const uint32_t *restrict a,
                    const uint32_t *restrict b, uint32_t *restrict minima, size_t lanes) {
    for (size_t block = 0; block < lanes; block += 16) {
        size_t width = lanes - block < 16 ? lanes - block : 16;
        if (width == 16) {
            uint32_t least[16];
            for (size_t i = 0; i < 16; i++) least[i] = minima[block + i];
            for (size_t n = 0; n < count; n++) {
                uint32_t x = values[n];
                for (size_t i = 0; i < 16; i++) {
                    uint32_t h = a[block + i] * x + b[block + i];
                    least[i] = h < least[i] ? h : least[i];
                }
            }
            for (size_t i = 0; i < 16; i++) minima[block + i] = least[i];
        } else {
            for (size_t n = 0; n < count; n++) {
                uint32_t x = values[n];
                for (size_t i = 0; i < width; i++) {
                    uint32_t h = a[block + i] * x + b[block + i];
                    if (h < minima[block + i]) minima[block + i] = h;
                }
            }
        }
    }
}
