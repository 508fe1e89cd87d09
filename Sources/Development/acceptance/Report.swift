// SPDX-License-Identifier: Apache-2.0

/// The lines of a run, and how it ends. Pure: what it returns is to be printed.
struct Report: Sendable {
  private(set) var passed = 0
  private(set) var failed = 0
  private(set) var skipped = 0
  /// The skipped checks of the group that runs, by reason.
  private var pending: (group: String, skips: [(reason: String, names: [String])])?

  init() {}

  /// Adds a verdict. Skipped checks of one group with one reason make one line, which is returned with the next group.
  mutating func add(_ check: Check, _ verdict: Verdict, took: Duration) -> [String] {
    var lines = pending?.group == check.group ? [] : flush()
    switch verdict {
    case .passed:
      passed += 1
      lines.append("passed   \(check.group): \(check.name) (\(Self.seconds(took)))")
    case .failed(let reason):
      failed += 1
      lines.append("FAILED   \(check.group): \(check.name) (\(Self.seconds(took)))")
      lines += reason.split(separator: "\n").map { "  \($0.drop { $0 == " " })" }
    case .skipped(let reason):
      skipped += 1
      var skips = pending?.skips ?? []
      if let index = skips.firstIndex(where: { $0.reason == reason }) {
        skips[index].names.append(check.name)
      } else {
        skips.append((reason, [check.name]))
      }
      pending = (check.group, skips)
    }
    return lines
  }

  /// The lines of skipped checks that are still owed.
  mutating func flush() -> [String] {
    guard let pending else { return [] }
    self.pending = nil
    return pending.skips.map { reason, names in
      "skipped  \(pending.group): \(names.count == 1 ? names[0] : "\(names.count) checks"): \(reason)"
    }
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
