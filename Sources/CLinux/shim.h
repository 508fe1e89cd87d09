// SPDX-License-Identifier: Apache-2.0
// What <sched.h> declares only under _GNU_SOURCE, which Swift's Glibc module does not set.
#pragma once

int setns(int fd, int nstype);
int unshare(int flags);

// CLONE_NEWNET of <linux/sched.h>.
enum { cl_new_network = 0x40000000 };
