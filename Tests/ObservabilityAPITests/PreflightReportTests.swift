// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing

@Suite struct PreflightReportTests {
  private static let report = PreflightReport(
    verdict: .ineligible, reason: "KernelLockedDown", changed: ["a: 2 -> 1"], message: "Boot without lockdown.")

  @Test func isReadAsItIsWritten() {
    let text = JSONWriter.text(Self.report.json, order: .asGiven)
    #expect(
      text == #"{"verdict":"ineligible","reason":"KernelLockedDown","changed":["a: 2 -> 1"],"#
        + #""message":"Boot without lockdown."}"#)
    #expect(PreflightReport(terminationMessage: text) == Self.report)
  }

  @Test(arguments: [
    "", "killed", "{}", "[]", #"{"verdict":"maybe","reason":"A","message":""}"#,
    #"{"verdict":"ok","reason":"","message":""}"#, #"{"verdict":"ok","reason":"a b","message":""}"#,
    #"{"verdict":"ok","reason":"A","changed":[]}"#,
    #"{"verdict":"ok","reason":"A","message":"\#(String(repeating: "x", count: 5000))"}"#,
  ])
  func otherTextIsNoReport(_ text: String) {
    #expect(PreflightReport(terminationMessage: text) == nil)
  }

  @Test func everyReasonIsFoundByItsName() {
    for reason in IneligibilityReason.all { #expect(IneligibilityReason(named: reason.name) == reason) }
    #expect(Set(IneligibilityReason.all.map(\.name)).count == IneligibilityReason.all.count)
    #expect(IneligibilityReason(named: "Bored") == nil)
  }
}

/// What the kubelet keeps of it.
@Suite struct TerminationMessageTests {
  @Test func hasOneShape() {
    let report = PreflightReport(verdict: .failed, reason: "Failed", message: "a \"b\"\nc")
    #expect(
      report.terminationMessage == #"{"verdict":"failed","reason":"Failed","changed":[],"message":"a \"b\"\nc"}"#)
  }

  @Test(arguments: ["x", "\n", "ü", "👨‍👩‍👧‍👦", "\u{1}"])
  func fitsWhatTheKubeletKeeps(_ part: String) throws {
    let long = PreflightReport(
      verdict: .ineligible, reason: "KernelTooOld", message: String(repeating: part, count: 9000))
    let text = long.terminationMessage
    #expect(text.utf8.count <= PreflightReport.limit)
    #expect(text.utf8.count > PreflightReport.limit / 2)
    #expect(PreflightReport(terminationMessage: text)?.message.hasSuffix("…") == true)
  }
}
