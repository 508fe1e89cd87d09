// SPDX-License-Identifier: Apache-2.0

/// The lines of a run, and how it ends. Pure: what it returns is to be printed.
struct Report: Sendable {
  private(set) var passed = 0
  private(set) var failed = 0
  private(set) var skipped = 0
  private var pending: (group: String, reason: String, names: [String])?

  init() {}

  /// Adds a verdict. Skipped checks of one group with one reason make one line, which is returned with what follows.
  mutating func add(_ check: Check, _ verdict: Verdict, took: Duration) -> [String] {
    if case .skipped(let reason) = verdict {
      skipped += 1
      if pending?.group == check.group, pending?.reason == reason {
        pending?.names.append(check.name)
        return []
      }
      let lines = flush()
      pending = (check.group, reason, [check.name])
      return lines
    }
    var lines = flush()
    switch verdict {
    case .passed:
      passed += 1
      lines.append("passed   \(check.group): \(check.name) (\(Self.seconds(took)))")
    case .failed(let reason):
      failed += 1
      lines.append("FAILED   \(check.group): \(check.name) (\(Self.seconds(took)))")
      lines += reason.split(separator: "\n").map { "  \($0.drop { $0 == " " })" }
    case .skipped: break
    }
    return lines
  }

  /// The line of skipped checks that is still owed.
  mutating func flush() -> [String] {
    guard let pending else { return [] }
    self.pending = nil
    let names = pending.names
    let what = names.count == 1 ? names[0] : "\(names.count) checks"
    return ["skipped  \(pending.group): \(what): \(pending.reason)"]
  }

  /// The last line.
  var closing: String { "\(passed) passed, \(failed) failed, \(skipped) skipped" }

  /// 0 if something passed and nothing failed, else 1: a run that checked nothing shows nothing.
  var exitCode: Int32 { failed == 0 && passed > 0 ? 0 : 1 }

  private static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
  }
}
