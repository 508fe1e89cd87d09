// SPDX-License-Identifier: Apache-2.0

/// A state that did not come in time.
public struct DeadlineMissed: Error, CustomStringConvertible {
  /// What was waited for, and what was there instead.
  public let description: String

  /// An error that says so.
  public init(_ description: String) {
    self.description = description
  }
}
