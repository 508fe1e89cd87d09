// SPDX-License-Identifier: Apache-2.0

/// What a replay showed, in words.
public struct Report: Sendable {
  /// One line for each exchange that is not as it should be, with the first difference.
  public let failures: [String]
  /// One line for each exchange that is known to differ, with the reason.
  public let excluded: [String]
  /// How many exchanges were as recorded.
  public let passed: Int

  /// The report of a replay.
  public init(_ results: [Replay.Result]) {
    var (failures, excluded, passed) = ([String](), [String](), 0)
    for result in results {
      let name = "\(result.exchange.topic): \(result.exchange.step)"
      switch result.outcome {
      case .passed: passed += 1
      case .failed(let difference): failures.append("FAILED   \(name): \(difference)")
      case .excluded(let reason, _): excluded.append("excluded \(name): \(reason)")
      case .needlesslyExcluded:
        failures.append("FAILED   \(name): is as recorded; take it out of Tests/Conformance/exclusions.yaml")
      }
    }
    (self.failures, self.excluded, self.passed) = (failures, excluded, passed)
  }

  /// `142 passed, 0 failed, 4 excluded`
  public var closing: String {
    "\(passed) passed, \(failures.count) failed" + (excluded.isEmpty ? "" : ", \(excluded.count) excluded")
  }
}
