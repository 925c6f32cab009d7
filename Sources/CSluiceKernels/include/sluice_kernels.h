#ifndef SLUICE_KERNELS_H
#define SLUICE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Lowers `minima[i]` to the least `a[i] * x + b[i]` (modulo 2^32) over the `count` values `x` of `values`.
/// `lanes` is the number of permutations; `a`, `b` and `minima` each hold `lanes` elements.
void sluice_minhash(const uint32_t *values, size_t count, const uint32_t *a, const uint32_t *b, uint32_t *minima,
                    size_t lanes);

#endif
