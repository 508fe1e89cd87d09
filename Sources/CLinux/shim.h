// SPDX-License-Identifier: Apache-2.0
// What Swift's Glibc module lacks: headers that it leaves out, what its headers declare only under _GNU_SOURCE or
// _DEFAULT_SOURCE, which it does not set, and functions with arguments that Swift cannot spell.
#pragma once

// mallopt, malloc_trim, mallinfo2.
#include <malloc.h>
#include <spawn.h>

#include <elf.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/magic.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/taskstats.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

// <sched.h>
int setns(int fd, int nstype);
int unshare(int flags);

// <spawn.h>, glibc 2.34
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// CLONE_NEWNET of <linux/sched.h>.
enum { cl_new_network = 0x40000000 };

// <sys/capability.h> of libcap; glibc has the functions.
int capget(struct __user_cap_header_struct *header, struct __user_cap_data_struct *data);
int capset(struct __user_cap_header_struct *header, const struct __user_cap_data_struct *data);

// A bit for each capability of the calling thread. Both return 0, or -1 with errno.
struct cl_capabilities {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
};

static inline int cl_get_capabilities(struct cl_capabilities *sets) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
  if (capget(&header, data) != 0) return -1;
  sets->effective = (uint64_t)data[1].effective << 32 | data[0].effective;
  sets->permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
  sets->inheritable = (uint64_t)data[1].inheritable << 32 | data[0].inheritable;
  return 0;
}

static inline int cl_set_capabilities(struct cl_capabilities sets) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
      {(uint32_t)sets.effective, (uint32_t)sets.permitted, (uint32_t)sets.inheritable},
      {(uint32_t)(sets.effective >> 32), (uint32_t)(sets.permitted >> 32), (uint32_t)(sets.inheritable >> 32)}};
  return capset(&header, data);
}

// prctl(2), which takes what it likes; each of these returns 0, or -1 with errno. `cl_bounding_set_has` returns 1 or 0,
// and -1 for a capability that this kernel does not know.
static inline int cl_set_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int cl_bounding_set_has(int capability) { return prctl(PR_CAPBSET_READ, capability, 0, 0, 0); }
static inline int cl_bounding_set_drop(int capability) { return prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); }

// The type of the file system that holds the path: TRACEFS_MAGIC and others of <linux/magic.h>.
static inline int cl_file_system_type(const char *path, uint32_t *type) {
  struct statfs found;
  if (statfs(path, &found) != 0) return -1;
  *type = (uint32_t)found.f_type;
  return 0;
}

// Lets the calling thread, and what it starts, find no such protocol of AF_NETLINK: what a kernel answers that was built
// without it. For tests. Returns 0, or -1 with errno.
static inline int cl_hide_netlink_protocol(int protocol) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 5),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 16 /* AF_NETLINK */, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)protocol, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof code[0], code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
