// SPDX-License-Identifier: Apache-2.0

import Waiting

/// Runs a body that ends when cancelled, for at most that long.
///
/// - Throws: ``DeadlineMissed``, or what the body throws.
public func awaiting<Result: Sendable>(
  _ what: String, within deadline: Duration, state: @escaping @Sendable () async -> String = { "" },
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  try await withThrowingTaskGroup(of: Result.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await ContinuousClock().sleep(for: deadline)
      throw DeadlineMissed("not within \(deadline): \(what)\n\(await state())")
    }
    defer { group.cancelAll() }
    guard let result = try await group.next() else { throw DeadlineMissed("not at all: \(what)") }
    return result
  }
}

/// Asks again and again until there is an answer: for a state of another process that tells nobody when it changes.
///
/// - Throws: ``DeadlineMissed``, or what the question throws.
@discardableResult
public func eventually<Result: Sendable>(
  _ what: String, within deadline: Duration = .seconds(120), every pause: Duration = .milliseconds(20),
  state: @escaping @Sendable () async -> String = { "" }, _ answer: @escaping @Sendable () async throws -> Result?
) async throws -> Result {
  try await awaiting(what, within: deadline, state: state) {
    while true {
      if let result = try await answer() { return result }
      try await ContinuousClock().sleep(for: pause)
    }
  }
}
