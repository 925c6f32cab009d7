#ifndef SLUICE_CLONES_H
#define SLUICE_CLONES_H

// One binary runs on every x86-64: the loader picks the widest clone. Thread sanitizer runs constructors before it is
// ready for ifunc resolvers, so the clones are left out there.
#if defined(__x86_64__) && !__has_feature(thread_sanitizer)
#define SLUICE_CLONES __attribute__((target_clones("avx512bw", "avx2", "default")))
#else
#define SLUICE_CLONES
#endif

#endif
