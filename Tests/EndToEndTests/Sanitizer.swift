// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the tests and the executable were built with.
enum Sanitizer {
  /// Whether the thread sanitizer is in this process, and so in all that was built with it.
  static var watchesThreads: Bool { dlsym(nil, "__tsan_init") != nil }
}
