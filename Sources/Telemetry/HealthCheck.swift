// SPDX-License-Identifier: Apache-2.0

/// One named condition of health.
public struct HealthCheck: Sendable {
  /// The name, as in `/readyz/<name>`: lower case with dashes by habit.
  public let name: String
  /// Nil if all is well, otherwise why not, as a phrase without secrets. It must return promptly.
  public let failure: @Sendable () async -> String?

  /// A check of that name.
  public init(_ name: String, failure: @escaping @Sendable () async -> String?) {
    self.name = name
    self.failure = failure
  }

  /// Passes whenever the process answers at all.
  public static let ping = HealthCheck("ping") { nil }
}

/// The answer of a health endpoint, in the format of the API server's (`k8s.io/apiserver/pkg/server/healthz`).
///
/// Unlike there the reason of a failure is not withheld: the endpoint is the operator's own and tells no secrets.
struct HealthReport: Sendable {
  /// The endpoint's name: `healthz` or `readyz`.
  let name: String
  /// Every check in order, with why it failed.
  let results: [(check: String, failure: String?, excluded: Bool)]
  /// Names that were to be left out and are not there.
  let unknown: [String]

  init(name: String, checks: [HealthCheck], excluding: [String]) async {
    var results: [(check: String, failure: String?, excluded: Bool)] = []
    for check in checks {
      let excluded = excluding.contains(check.name)
      results.append((check.name, excluded ? nil : await check.failure(), excluded))
    }
    self.name = name
    self.results = results
    unknown = excluding.filter { name in !checks.contains { $0.name == name } }
  }

  var passed: Bool { results.allSatisfy { $0.failure == nil } }

  /// The body; that of a success is `ok` unless all is asked for, that of a failure always tells all.
  func body(verbose: Bool) -> String {
    guard verbose || !passed else { return "ok" }
    var text = ""
    for (check, failure, excluded) in results {
      if excluded {
        text += "[+]\(check) excluded: ok\n"
      } else if let failure {
        text += "[-]\(check) failed: \(Redaction.apply(failure))\n"
      } else {
        text += "[+]\(check) ok\n"
      }
    }
    if !unknown.isEmpty {
      let list = unknown.map { "\"\($0)\"" }.joined(separator: ",")
      text += "warn: some health checks cannot be excluded: no matches for \(list)\n"
    }
    return text + "\(name) check \(passed ? "passed" : "failed")\n"
  }
}
