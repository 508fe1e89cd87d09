// SPDX-License-Identifier: Apache-2.0

/// How a reconcile that did not fail ended.
public enum Outcome: Hashable, Sendable {
  /// Everything is as it should be; nothing to do until something changes.
  case settled
  /// The key is reconciled again after that time, or when something changes.
  case requeue(after: Duration)
}

/// An error that a retry cannot mend: the key rests until it is added again.
public struct TerminalError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let cause: any Error

  /// An error that says so of another.
  public init(_ cause: any Error) {
    self.cause = cause
  }

  /// The error in words.
  public var description: String { "\(cause)" }
}

/// A reconcile that was cancelled because it took too long.
public struct ReconcileTimeout: Error, Hashable, Sendable, CustomStringConvertible {
  /// How long it was given.
  public let deadline: Duration

  /// The error in words.
  public var description: String { "the reconcile did not end within \(deadline)" }
}

/// What became of one reconcile, for logs and metrics.
public struct ReconcileReport<Key: Sendable>: Sendable {
  /// What happens to the key next.
  public enum Next: Hashable, Sendable {
    /// Nothing until it is added again.
    case rest
    /// It is reconciled again after that time.
    case after(Duration)
  }

  /// The key.
  public let key: Key
  /// How it ended.
  public let result: ReconcileResult
  /// The error, if it failed; a ``TerminalError`` is given as its cause.
  public let error: (any Error)?
  /// The failures in a row, this one included.
  public let failures: Int
  /// What happens next.
  public let next: Next
  /// How long it took.
  public let took: Duration
}
