// SPDX-License-Identifier: Apache-2.0

import HTTPTransport

extension Deadlines {
  /// For what must not end before its time on a machine that is busy.
  static let patient = Deadlines(connect: .seconds(120), total: .seconds(300), idle: .seconds(300))
}

/// Waits for nothing but the task's cancellation.
func untilCancelled() async {
  for await _ in AsyncStream<Never>.makeStream().stream {}
}
