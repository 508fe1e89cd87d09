// SPDX-License-Identifier: Apache-2.0
// What the system's headers declare only under _GNU_SOURCE or _DEFAULT_SOURCE, which Swift's Glibc module does not set.
#pragma once

#include <spawn.h>

// <sched.h>
int setns(int fd, int nstype);
int unshare(int flags);

// <spawn.h>, glibc 2.34
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// CLONE_NEWNET of <linux/sched.h>.
enum { cl_new_network = 0x40000000 };
