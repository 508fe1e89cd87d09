// SPDX-License-Identifier: Apache-2.0
// Linked by .ci/test.sh into what is built with the thread sanitizer, and into nothing else. `Synchronization.Mutex` takes
// and frees its lock in the client, which is instrumented, unless another thread wants it too: then it calls into
// libswiftSynchronization.so, which is not, and the sanitizer takes what the lock orders for a race. Each wrapper calls the
// library's function and tells the sanitizer of the order. A name that a later toolchain changes shows as such reports.
// Source: stdlib/public/Synchronization/Mutex/LinuxImpl.swift in swiftlang/swift, release 6.3.1.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Of the sanitizer's runtime (compiler-rt/lib/tsan/rtl/tsan_interface.h).
extern void __tsan_acquire(void *);
extern void __tsan_release(void *);

typedef SWIFT void (*LockSlow)(uint32_t thread, SELF void *handle);
typedef SWIFT void (*UnlockSlow)(SELF void *handle);

SWIFT void lockSlow(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void lockSlow(uint32_t thread, SELF void *handle) {
  ((LockSlow)dlsym(RTLD_NEXT, LOCK_SLOW))(thread, handle);
  __tsan_acquire(handle);
}

SWIFT void unlockSlow(SELF void *handle) __asm__(UNLOCK_SLOW);
SWIFT void unlockSlow(SELF void *handle) {
  __tsan_release(handle);
  ((UnlockSlow)dlsym(RTLD_NEXT, UNLOCK_SLOW))(handle);
}
