// SPDX-License-Identifier: Apache-2.0

/// One thing that the product must do, with the name under which it is reported.
///
/// A check throws ``Failure`` for what is not as it must be and ``Skip`` for what this cluster cannot show; anything else
/// that it throws counts as a failure. Checks run in the order of the table in ``Acceptance/table(_:)`` and may rely on
/// what the checks before them left behind: the object `platform`, Ready.
struct Check: Sendable {
  /// The part of the product, for the reader of the report: `drift`, `samples`.
  var group: String
  /// What must hold, as a sentence.
  var name: String
  /// Whether nothing that follows could pass without it.
  var isFoundation = false
  /// Whether it runs whatever failed before it: it leaves the cluster as it was found.
  var isFinal = false
  /// Does it.
  var run: @Sendable (Stage) async throws -> Void

  init(
    _ group: String, _ name: String, isFoundation: Bool = false, isFinal: Bool = false,
    _ run: @escaping @Sendable (Stage) async throws -> Void
  ) {
    self.group = group
    self.name = name
    self.isFoundation = isFoundation
    self.isFinal = isFinal
    self.run = run
  }
}

/// What is not as it must be.
struct Failure: Error, Hashable, CustomStringConvertible {
  /// What should have been.
  var expected: String
  /// What was.
  var observed: String
  /// The request that shows it.
  var request: String

  var description: String { "expected \(expected)\n  observed \(observed)\n  request  \(request)" }
}

/// Why a check cannot be made on this cluster.
struct Skip: Error, Hashable {
  var reason: String
}

/// Why nothing was tried.
struct Refusal: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

/// How a check ended.
enum Verdict: Hashable, Sendable {
  case passed
  case failed(String)
  case skipped(String)

  /// The verdict on a check that threw that.
  init(_ error: any Error) {
    switch error {
    case let skip as Skip: self = .skipped(skip.reason)
    case let failure as Failure: self = .failed(failure.description)
    default: self = .failed("expected no error\n  observed \(error)\n  request  see the error")
    }
  }
}
