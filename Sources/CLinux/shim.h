// SPDX-License-Identifier: Apache-2.0
// What Swift's Glibc module lacks.
#pragma once

// mallopt, malloc_trim, mallinfo2.
#include <malloc.h>

// What <sched.h> declares only under _GNU_SOURCE, which that module does not set.
int setns(int fd, int nstype);
int unshare(int flags);

// CLONE_NEWNET of <linux/sched.h>.
enum { cl_new_network = 0x40000000 };
