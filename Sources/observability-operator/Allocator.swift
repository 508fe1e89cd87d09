// SPDX-License-Identifier: Apache-2.0

import CLinux

/// glibc's allocator, set up for a process that is idle nearly all the time (`mallopt(3)`, `malloc_trim(3)`).
enum Allocator {
  /// To be called before there is a second thread.
  static func configure() {
    // One arena for each thread that allocates keeps what that thread once needed; there are few threads here, and they
    // seldom allocate at the same time.
    mallopt(M_ARENA_MAX, 1)
    // What is as large as the body of a list goes back as soon as it is freed. Without these two lines glibc raises both
    // thresholds by itself after the first such body.
    mallopt(M_MMAP_THRESHOLD, 128 << 10)
    mallopt(M_TRIM_THRESHOLD, 256 << 10)
  }

  /// How often it is looked whether there is something to give back.
  static let interval = Duration.seconds(10)
  /// What may lie free without being given back, in bytes.
  private static let allowance = 1 << 20

  /// Gives back what lists and passes over thousands of objects needed while they were read, once it is worth it: glibc
  /// by itself gives back only what lies at the end.
  ///
  /// - Returns: whether it was worth it.
  static func giveBack() -> Bool {
    guard mallinfo2().fordblks > allowance else { return false }
    malloc_trim(0)
    return true
  }
}
