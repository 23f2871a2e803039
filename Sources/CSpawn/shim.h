#ifndef PROOFSHEET_CSPAWN_H
#define PROOFSHEET_CSPAWN_H

// GNU's additions to <spawn.h> and others, which are hidden from Swift: glibc declares them under a macro
// that its module does not set.

#include <spawn.h>

extern int posix_spawn_file_actions_addchdir_np(
    posix_spawn_file_actions_t *actions, const char *path);
extern int posix_spawn_file_actions_addclosefrom_np(
    posix_spawn_file_actions_t *actions, int from);
extern int pipe2(int ends[2], int flags);
extern int mkostemp(char *name, int flags);

#endif
