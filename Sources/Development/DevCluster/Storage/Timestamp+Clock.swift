// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Timestamp {
  /// The time of the system's clock.
  public static func wallClock() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), microseconds: Int64(time.tv_nsec) / 1000)
  }
}
