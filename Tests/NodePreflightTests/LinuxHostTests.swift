// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Testing

@testable import NodePreflight

/// What needs no rights, and what a thread does to itself. The whole of it runs in `EndToEndTests`.
@Suite struct LinuxHostTests {
  private let host = LinuxHost()

  @Test func tellsAMissingFileFromOthers() {
    let missing = #expect(throws: HostError.self) { try host.readFile("/proc/no-such-file") }
    #expect(missing?.kind == .missing)
    let folder = #expect(throws: HostError.self) { try host.readFile("/proc") }
    #expect(folder?.kind == .other)
    let inside = #expect(throws: HostError.self) { try host.fileSystemType("/proc/version/inside") }
    #expect(inside?.kind == .missing)
  }

  @Test func refusesWhatIsTooLong() {
    let error = #expect(throws: HostError.self) { try host.readFile("/dev/zero") }
    #expect(error?.description.contains("longer than 65536 bytes") == true)
  }

  @Test func readsTheStartOfWhatIsLong() throws {
    #expect(try host.readFile("/dev/zero", atMost: 2) == [0, 0])
  }

  @Test func tellsTypesOfFileSystems() throws {
    #expect(try host.fileSystemType("/proc") == 0x9fa0)
  }

  @Test func tellsTheKernel() throws {
    #expect(try host.kernelRelease().isEmpty == false)
  }

  @Test func tellsASocketThatNobodyAnswers() {
    let missing = #expect(throws: HostError.self) { try host.connect("/run/no-such.sock") }
    #expect(missing?.kind == .missing)
    let path = "/tmp/no-socket-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    close(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
    defer { unlink(path) }
    let file = #expect(throws: HostError.self) { try host.connect(path) }
    #expect(file?.kind == .refused)
    let long = "/" + String(repeating: "x", count: 200)
    let error = #expect(throws: HostError.self) { try host.connect(long) }
    #expect(error?.description.contains("longer than an address") == true)
  }

  @Test func findsNoFamilyThatIsNotThere() throws {
    let name = NetlinkAttribute(UInt16(CTRL_ATTR_FAMILY_NAME), Array("NOSUCH".utf8) + [0])
    let question = NetlinkMessage(
      type: UInt16(GENL_ID_CTRL), flags: UInt16(NLM_F_REQUEST),
      payload: [UInt8(CTRL_CMD_GETFAMILY), 1, 0, 0] + name.bytes)
    #expect(try host.answer(to: question, protocol: NETLINK_GENERIC, about: "it").code == ENOENT)
  }

  @Test func tellsAProtocolThatTheKernelLacks() throws {
    let kind = try onOwnThread { () -> HostError.Kind? in
      guard cl_hide_netlink_protocol(NETLINK_NETFILTER) == 0 else { return nil }
      return #expect(throws: HostError.self) {
        try host.ask(ConntrackCheck.question, protocol: NETLINK_NETFILTER)
      }?.kind
    }
    #expect(kind == .unsupported)
  }

  @Test(.enabled(if: geteuid() == 0, "not root")) func aThreadGivesUpItsCapabilitiesForGood() throws {
    let before = try Status.ofThread()
    let after = try onOwnThread { () -> Result<[Status], any Error> in
      Result {
        try host.keepOnly([.sysPtrace])
        let some = try Status.ofThread()
        try host.keepOnly([])
        return [some, try Status.ofThread()]
      }
    }.get()
    let ptrace = before.permitted & 1 << 19
    #expect(after[0].effective == ptrace && after[0].permitted == ptrace)
    #expect(after[1].effective == 0 && after[1].permitted == 0 && after[1].ambient == 0)
    #expect(after.allSatisfy { $0.inheritable == 0 && $0.noNewPrivileges })
    if before.effective & 1 << 8 != 0 { #expect(after[1].bounding == 0, "it has SETPCAP") }
    #expect(try Status.ofThread() == before, "other threads keep theirs")
  }
}

/// What `/proc/<pid>/task/<tid>/status` tells of a thread's rights.
struct Status: Hashable {
  var inheritable: UInt64, permitted: UInt64, effective: UInt64, bounding: UInt64, ambient: UInt64
  var noNewPrivileges: Bool

  static func ofThread() throws -> Status { try Status("/proc/thread-self/status") }

  init(_ path: String) throws {
    let text = try LinuxHost().readText(path)
    func field(_ name: String) -> String {
      text.split(separator: "\n").first { $0.hasPrefix(name + ":\t") }.map { String($0.dropFirst(name.count + 2)) }
        ?? ""
    }
    func set(_ name: String) throws -> UInt64 { try #require(UInt64(field(name), radix: 16), "\(name) of \(path)") }
    inheritable = try set("CapInh")
    permitted = try set("CapPrm")
    effective = try set("CapEff")
    bounding = try set("CapBnd")
    ambient = try set("CapAmb")
    noNewPrivileges = field("NoNewPrivs") == "1"
  }
}
