// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import NodePreflight
import Testing

@Suite struct VerdictTests {
  private let changed = Verdict(
    exitCode: .ok, reason: "Prepared", changed: ["net.netfilter.nf_conntrack_events: 2 -> 1"], message: "was set")

  @Test func hasOneShape() {
    #expect(
      changed.terminationMessage
        == #"{"verdict":"ok","reason":"Prepared","changed":["net.netfilter.nf_conntrack_events: 2 -> 1"],"#
        + #""message":"was set"}"#)
    let failed = Verdict(exitCode: .failed, reason: "Failed", message: "a \"b\"\nc")
    #expect(
      failed.terminationMessage
        == #"{"verdict":"failed","reason":"Failed","changed":[],"message":"a \"b\"\nc"}"#)
  }

  @Test func readsAsOneLogLine() {
    #expect(
      changed.logLine == "INFO  preflight passed       reason=Prepared "
        + #"changed="net.netfilter.nf_conntrack_events: 2 -> 1" message="was set""#)
    let failed = Verdict(exitCode: .failed, reason: "Failed", message: "a\nERROR b")
    #expect(!failed.logLine.contains("\n"))
    #expect(failed.logLine.hasPrefix("ERROR preflight failed"))
  }

  @Test(arguments: ["x", "\n", "ü"])
  func fitsWhatTheKubeletKeeps(_ part: String) throws {
    let long = Verdict(exitCode: .failed, reason: "Failed", message: String(repeating: part, count: 9000))
    #expect(long.terminationMessage.utf8.count <= Verdict.terminationMessageLimit)
    #expect(long.terminationMessage.utf8.count > Verdict.terminationMessageLimit / 2)
    #expect(try JSONParser.parse(long.terminationMessage)["message"]?.string?.hasSuffix("…") == true)
  }

  @Test func isWrittenInPlaceOfTheLastOne() throws {
    let path = "/tmp/termination-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(path) }
    let longer = Verdict(exitCode: .failed, reason: "Failed", message: String(repeating: "x", count: 500))
    try TerminationMessage.write(longer, to: path)
    try TerminationMessage.write(changed, to: path)
    let content = try LinuxHost().readFile(path)
    #expect(String(decoding: content, as: UTF8.self) == changed.terminationMessage)
  }

  @Test func saysWhereItCouldNotBeWritten() {
    let error = #expect(throws: HostError.self) {
      try TerminationMessage.write(changed, to: "/dev/no-such-folder/termination-log")
    }
    #expect(error?.kind == .missing)
    #expect(error?.description.contains("/dev/no-such-folder/termination-log") == true)
  }
}
