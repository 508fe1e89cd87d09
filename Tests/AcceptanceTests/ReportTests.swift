// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import acceptance

@Suite("The report of a run")
struct ReportTests {
  private static func check(_ group: String, _ name: String) -> Check { Check(group, name) { _ in } }

  private static func report(_ verdicts: [(String, Verdict)]) -> (report: Report, lines: [String]) {
    var report = Report()
    var lines: [String] = []
    for (group, verdict) in verdicts {
      lines += report.add(check(group, "it holds"), verdict, took: .milliseconds(1250))
    }
    lines += report.flush()
    return (report, lines)
  }

  @Test("has a line for each check, and one for the skipped checks of a group with the same reason, after the others")
  func lines() {
    let (report, lines) = Self.report([
      ("a", .passed), ("b", .skipped("no CEL")), ("b", .skipped("no node")), ("b", .passed),
      ("b", .skipped("no CEL")), ("c", .skipped("no node")),
      ("c", .failed("expected x\n  observed y\n  request  GET /z")),
    ])
    #expect(
      lines == [
        "passed   a: it holds (1.2 s)", "passed   b: it holds (1.2 s)", "skipped  b: 2 checks: no CEL",
        "skipped  b: it holds: no node", "FAILED   c: it holds (1.2 s)", "  expected x", "  observed y",
        "  request  GET /z", "skipped  c: it holds: no node",
      ])
    #expect(report.closing == "2 passed, 1 failed, 4 skipped")
  }

  @Test(
    "ends with 0 only if something passed and nothing failed",
    arguments: [
      ([.passed], 0), ([.passed, .skipped("x")], 0), ([.passed, .failed("x")], 1), ([.failed("x")], 1),
      ([.skipped("x")], 1), ([], 1),
    ] as [([Verdict], Int32)])
  func exitCode(_ verdicts: [Verdict], _ code: Int32) {
    #expect(Self.report(verdicts.map { ("a", $0) }).report.exitCode == code)
  }

  @Test("tells a failure, a skip and any other error apart")
  func verdicts() {
    struct Other: Error {}
    let failure = Failure(expected: "a", observed: "b", request: "c")
    #expect(Verdict(failure) == .failed("expected a\n  observed b\n  request  c"))
    #expect(Verdict(Skip(reason: "r")) == .skipped("r"))
    guard case .failed(let text) = Verdict(Other()) else {
      Issue.record("an error is a failure")
      return
    }
    #expect(text.contains("Other"))
  }

  @Test("leaves out no check that the selected groups rest on, and refuses a group that does not exist")
  func selection() throws {
    let checks = [
      Check("install", "1", isFoundation: true) { _ in }, Self.check("drift", "2"), Self.check("samples", "3"),
      Check("uninstall", "4", isFinal: true) { _ in },
    ]
    #expect(try Acceptance.selected(from: checks, []).count == 4)
    #expect(try Acceptance.selected(from: checks, ["drift"]).map(\.name) == ["1", "2", "4"])
    #expect(throws: Refusal.self) { try Acceptance.selected(from: checks, ["drfit"]) }
  }
}
