#define ZDICT_STATIC_LINKING_ONLY // for training with fixed parameters
#include <zdict.h>
#include <zstd.h>
