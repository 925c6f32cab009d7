#define _GNU_SOURCE
#include "sluice_system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel's structure, because headers older than Linux 5.6 lack it.
struct how {
    uint64_t flags, mode, resolve;
};

enum { call_openat2 = 437, no_other_device = 0x01, no_magic_links = 0x02, no_symlinks = 0x04, beneath = 0x08 };

int sluice_open_beneath(int directory, const char *name) {
    const int flags = O_PATH | O_CLOEXEC | O_NOFOLLOW;
    struct how how = {
        .flags = (uint64_t)flags,
        .resolve = no_other_device | no_magic_links | no_symlinks | beneath,
    };
    long descriptor = syscall(call_openat2, directory, name, &how, sizeof how);
    if (descriptor < 0 && (errno == ENOSYS || errno == EPERM)) return openat(directory, name, flags);
    return (int)descriptor;
}

int sluice_rename_new(int from_directory, const char *from, int to_directory, const char *to) {
    if (renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
    // Some network file systems cannot do it in one step. The directories written to are the daemon's alone, and it
    // moves one file at a time, so that looking first is as good.
    struct stat status;
    if (fstatat(to_directory, to, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return errno == ENOENT ? renameat(from_directory, from, to_directory, to) : -1;
}
