#include "clones.h"
#include "sluice_kernels.h"

#include <stdbool.h>
#include <string.h>

typedef uint8_t bytes64 __attribute__((ext_vector_type(64)));
typedef bool flags64 __attribute__((ext_vector_type(64)));

// Macros, not functions: a 64-byte vector has no calling convention that all clones share.
#define BITS(condition) __builtin_bit_cast(uint64_t, __builtin_convertvector((condition), flags64))
#define WITHIN(v, first, length) ((bytes64)((v) - (uint8_t)(first)) < (uint8_t)(length))
#define COUNT(bits) ((size_t)__builtin_popcountll(bits))

SLUICE_CLONES
void sluice_text_scan(const uint8_t *text, size_t length, uint64_t *regions, uint64_t *high,
                      struct sluice_text_counts *counts) {
    struct sluice_text_counts sum = {0};
    uint64_t before = 0;
    uint64_t stars_before = 0;
    for (size_t at = 0; at < length; at += 64) {
        bytes64 v = {0};
        if (length - at >= 64) {
            memcpy(&v, text + at, 64);
        } else {
            memcpy(&v, text + at, length - at);
        }
        uint64_t letters = BITS(WITHIN(v | 0x20, 'a', 26));
        uint64_t digits = BITS(WITHIN(v, '0', 10));
        uint64_t outside = BITS(v >= (uint8_t)0x80);
        uint64_t words = letters | digits | BITS(v == (uint8_t)'_');
        // ! "   ' ( )   , - .   : ;   ?
        uint64_t marks = BITS(WITHIN(v, '!', 2) | WITHIN(v, '\'', 3) | WITHIN(v, ',', 3) | WITHIN(v, ':', 2) |
                              (v == (uint8_t)'?'));
        uint64_t printable = BITS(WITHIN(v, '!', 94));
        sum.lines += COUNT(BITS(v == (uint8_t)'\n'));
        sum.upper += COUNT(BITS(WITHIN(v, 'A', 26)));
        sum.digits += COUNT(digits);
        sum.punctuation += COUNT(marks);
        sum.symbols += COUNT(printable & ~(letters | digits | marks));
        uint64_t stars = BITS(v == (uint8_t)'*');
        if (stars != 0) {
            // The second of two or more in a row.
            uint64_t seconds = stars & ((stars << 1) | (stars_before >> 63));
            sum.emphases += COUNT(seconds & ~((stars << 2) | (stars_before >> 62)));
        }
        stars_before = stars;
        uint64_t controls = BITS((v < (uint8_t)0x20) | (v == (uint8_t)0x7F)) & ~BITS(WITHIN(v, '\t', 5));
        if (controls != 0) {
            // The vector ends in zeros where the text ends within it.
            sum.controls += COUNT(length - at >= 64 ? controls : controls & ((1ull << (length - at)) - 1));
        }
        sum.word_bytes += COUNT(words);
        sum.word_starts += COUNT(words & ~((words << 1) | before));
        if (outside != 0) {
            sum.high += COUNT(outside);
            sum.leads += COUNT(BITS(v >= (uint8_t)0xC0));
        }
        before = words >> 63;
        regions[at / 64] = words | outside;
        high[at / 64] = outside;
    }
    *counts = sum;
}
