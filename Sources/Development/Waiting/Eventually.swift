// SPDX-License-Identifier: Apache-2.0

/// Looks again and again, for a state that nothing tells of; false if it has not come within the time, or the task is
/// cancelled.
public func eventually(
  within deadline: Duration = .seconds(120), every pause: Duration = .milliseconds(1),
  _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let end = ContinuousClock.now + deadline
  while try await !condition() {
    guard ContinuousClock.now < end, !Task.isCancelled else { return false }
    try? await ContinuousClock().sleep(for: pause)
  }
  return true
}

/// Looks again and again, for a state that nothing tells of.
///
/// - Throws: ``DeadlineMissed`` with what was waited for, and where.
public func eventually(
  _ what: String, within deadline: Duration = .seconds(120), file: String = #fileID, line: Int = #line,
  _ condition: () async throws -> Bool
) async throws {
  guard try await eventually(within: deadline, condition) else {
    throw DeadlineMissed("\(file):\(line): not within \(deadline): \(what)")
  }
}

/// A state that did not come in time.
public struct DeadlineMissed: Error, CustomStringConvertible {
  /// What was waited for, and what was there instead.
  public let description: String

  /// An error that says so.
  public init(_ description: String) {
    self.description = description
  }
}
