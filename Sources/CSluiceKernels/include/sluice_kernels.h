#ifndef SLUICE_KERNELS_H
#define SLUICE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Lowers `minima[i]` to the least `a[i] * x + b[i]` (modulo 2^32) over the `count` values `x` of `values`.
/// `lanes` is the number of permutations; `a`, `b` and `minima` each hold `lanes` elements.
void sluice_minhash(const uint32_t *values, size_t count, const uint32_t *a, const uint32_t *b, uint32_t *minima,
                    size_t lanes);

/// What `sluice_text_scan` counts, in bytes of the text but where noted.
struct sluice_text_counts {
    size_t lines;        ///< Line feeds.
    size_t upper;        ///< A to Z.
    size_t digits;       ///< 0 to 9.
    size_t punctuation;  ///< . , ; : ! ? ' " - ( )
    size_t symbols;      ///< Every other printable ASCII sign, the underscore included; no space.
    size_t emphases;     ///< Runs of two or more asterisks.
    size_t controls;     ///< Control characters but 9 to 13, which are white space.
    size_t high;         ///< Bytes from 0x80 on.
    size_t leads;        ///< Bytes from 0xC0 on: no fewer than there are scalars outside ASCII in valid UTF-8.
    size_t word_bytes;   ///< ASCII letters, digits and underscores.
    size_t word_starts;  ///< Runs of those.
};

/// Counts `text` and marks its bytes. Bit i % 64 of `regions[i / 64]` is set where byte i is an ASCII letter, digit or
/// underscore or lies outside ASCII, and that of `high[i / 64]` where it lies outside ASCII. Both hold
/// (`length` + 63) / 64 elements; bits from `length` on are clear.
void sluice_text_scan(const uint8_t *text, size_t length, uint64_t *regions, uint64_t *high,
                      struct sluice_text_counts *counts);

/// Asks the processor to bring in the line of memory that holds `address`, which may be any address at all.
static inline void sluice_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
