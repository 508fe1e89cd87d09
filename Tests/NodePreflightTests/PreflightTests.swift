// SPDX-License-Identifier: Apache-2.0

import JSON
import NIOConcurrencyHelpers
import NodePreflight
import Testing

private let path = "/proc/1/root/proc/sys/net/netfilter/nf_conntrack_events"

/// A host in memory, which notes what was asked of it.
private final class TableHost: HostAccess {
  struct State {
    var files: [String: String] = [:]
    var entered = 0
    var writes: [String] = []
  }
  let state: NIOLockedValueBox<State>
  let enterError: HostError?
  let readError: HostError?
  let writeError: HostError?
  let sticks: Bool

  init(
    _ value: String?, enterError: HostError? = nil, readError: HostError? = nil, writeError: HostError? = nil,
    sticks: Bool = true
  ) {
    state = NIOLockedValueBox(State(files: value.map { [path: $0] } ?? [:]))
    (self.enterError, self.readError, self.writeError, self.sticks) = (enterError, readError, writeError, sticks)
  }

  func enterHostNetwork() throws(HostError) {
    state.withLockedValue { $0.entered += 1 }
    if let enterError { throw enterError }
  }

  func readFile(_ path: String) throws(HostError) -> [UInt8] {
    if let readError { throw readError }
    let (value, entered) = state.withLockedValue { ($0.files[path], $0.entered) }
    #expect(entered == 1, "the setting belongs to the namespace of the reader")
    guard let value else { throw HostError(.missing, "read \(path): No such file or directory") }
    return Array(value.utf8)
  }

  func writeFile(_ path: String, _ bytes: [UInt8]) throws(HostError) {
    if let writeError { throw writeError }
    state.withLockedValue {
      $0.writes.append(String(decoding: bytes, as: UTF8.self))
      if sticks { $0.files[path] = String(decoding: bytes, as: UTF8.self) }
    }
  }
}

@Suite struct PreflightTests {
  @Test(arguments: ["0\n", "2\n", "2", " 7 \n", ""])
  func setsTheSettingAndReadsItBack(_ before: String) {
    let host = TableHost(before)
    let verdict = Preflight(host: host).run()
    #expect(verdict.exitCode == .ok)
    #expect(verdict.reason == "Prepared")
    #expect(verdict.changed == ["net.netfilter.nf_conntrack_events: \(before.filter { !$0.isWhitespace }) -> 1"])
    #expect(host.state.withLockedValue { $0.files[path] } == "1\n")
    #expect(host.state.withLockedValue { $0.entered } == 1)
  }

  @Test func leavesAGoodSettingAlone() {
    let host = TableHost("1\n")
    let verdict = Preflight(host: host).run()
    #expect(verdict.exitCode == .ok)
    #expect(verdict.reason == "NothingToDo")
    #expect(verdict.changed.isEmpty)
    #expect(host.state.withLockedValue { $0.writes }.isEmpty)
  }

  @Test func passesWithoutConnectionTracking() {
    let verdict = Preflight(host: TableHost(nil)).run()
    #expect(verdict.exitCode == .ok)
    #expect(verdict.message.contains("does not exist"))
  }

  @Test func onlyTellsInADryRun() {
    let host = TableHost("2\n")
    let verdict = Preflight(host: host, options: .init(dryRun: true)).run()
    #expect(verdict.reason == "WouldChange")
    #expect(verdict.changed == ["net.netfilter.nf_conntrack_events: 2 -> 1"])
    #expect(verdict.message.contains("would be set"))
    #expect(host.state.withLockedValue { $0.writes }.isEmpty)
  }

  @Test func namesTheRightThatIsMissing() {
    let host = TableHost("2\n", enterError: HostError(.forbidden, "enter: the init container needs SYS_ADMIN"))
    let verdict = Preflight(host: host).run()
    #expect(verdict.exitCode == .hostForbidden)
    #expect(verdict.message.contains("SYS_ADMIN"))
    #expect(host.state.withLockedValue { $0.writes }.isEmpty)
  }

  @Test(arguments: [
    (HostError(.forbidden, "read: needs SYS_PTRACE"), ExitCode.hostForbidden),
    (HostError(.other, "read: Input/output error"), ExitCode.failed),
  ])
  func failsIfTheSettingCannotBeRead(_ error: HostError, _ code: ExitCode) {
    let verdict = Preflight(host: TableHost("2\n", readError: error)).run()
    #expect(verdict.exitCode == code)
    #expect(verdict.message == error.description)
  }

  @Test func failsIfTheSettingCannotBeWritten() {
    let error = HostError(.readOnly, "write: Read-only file system")
    let verdict = Preflight(host: TableHost("2\n", writeError: error)).run()
    #expect(verdict.exitCode == .sysctlNotWritable)
    #expect(verdict.message.contains("Read-only file system"))
    #expect(verdict.message.contains("machine.sysctls"))
    #expect(verdict.changed.isEmpty)
  }

  @Test func failsIfTheSettingDoesNotStay() {
    let verdict = Preflight(host: TableHost("2\n", sticks: false)).run()
    #expect(verdict.exitCode == .sysctlNotWritable)
    #expect(verdict.message.contains("reads 2 after 1 was written"))
  }
}
