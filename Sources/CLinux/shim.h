// SPDX-License-Identifier: Apache-2.0
// What Swift's Glibc module lacks: headers that it leaves out, and what its headers declare only under _GNU_SOURCE or
// _DEFAULT_SOURCE, which it does not set.
#pragma once

// mallopt, malloc_trim, mallinfo2.
#include <malloc.h>
#include <spawn.h>

// <sched.h>
int setns(int fd, int nstype);
int unshare(int flags);

// <spawn.h>, glibc 2.34
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// CLONE_NEWNET of <linux/sched.h>.
enum { cl_new_network = 0x40000000 };
