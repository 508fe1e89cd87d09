// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A call of the system that failed, with the system's reason.
struct SystemFailure: Error, CustomStringConvertible {
  let description: String

  /// A call that left its reason in `errno`, or returned it.
  init(_ call: String, _ number: Int32 = errno) {
    description = "\(call): \(String(cString: strerror(number)))"
  }
}
