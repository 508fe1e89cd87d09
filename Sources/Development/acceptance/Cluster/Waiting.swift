// SPDX-License-Identifier: Apache-2.0

/// What a look at a state found.
enum Look<Value: Sendable>: Sendable {
  /// The state has come; its value.
  case met(Value)
  /// It has not; what is there instead.
  case not(String)

  /// Met if there is a value.
  init(_ value: Value?, else observed: @autoclosure () -> String) {
    self = value.map(Look.met) ?? .not(observed())
  }
}

/// Looks again and again until a state has come.
///
/// - Throws: ``Failure`` with what was observed last if it has not come within the time, a ``Failure`` that the look throws
///   at once, and `CancellationError`.
func awaiting<Value: Sendable>(
  _ expected: String, _ request: String, within limit: Duration, every pause: Duration = .milliseconds(50),
  isolation: isolated (any Actor)? = #isolation, _ look: () async throws -> Look<Value>
) async throws -> Value {
  let end = ContinuousClock.now + limit
  while true {
    try Task.checkCancellation()
    var observed: String
    do {
      switch try await look() {
      case .met(let value): return value
      case .not(let state): observed = state
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      observed = "\(error)"
    }
    guard ContinuousClock.now < end else {
      throw Failure(expected: "\(expected), within \(limit)", observed: observed, request: request)
    }
    try await ContinuousClock().sleep(for: pause)
  }
}

/// - Throws: ``Failure`` unless it holds.
func expect(
  _ condition: Bool, _ expected: @autoclosure () -> String, observed: @autoclosure () -> String, _ request: String
) throws(Failure) {
  guard condition else { throw Failure(expected: expected(), observed: observed(), request: request) }
}
