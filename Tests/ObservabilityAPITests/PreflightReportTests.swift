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
