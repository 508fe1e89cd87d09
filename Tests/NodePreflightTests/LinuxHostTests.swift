// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Testing

@testable import NodePreflight

/// What a thread found after it gave itself network namespaces.
private enum Attempt: Sendable {
  case skipped(String)
  case done(Verdict, inside: String, outside: String)
}

private let newNetwork = CInt(cl_new_network)
private let setting = "/proc/sys/net/netfilter/nf_conntrack_events"

private func value() -> String? {
  (try? LinuxHost().readFile(setting)).map { String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace } }
}

/// Sets 0, which no kernel has by itself, in the namespace of the calling thread.
private func reset() -> Bool { (try? LinuxHost().writeFile(setting, [0x30, 0x0A])) != nil }

/// Makes a namespace that stands for the host's, and one that stands for the pod's, and runs preflight from the second.
private func attempt() throws -> Attempt {
  try onOwnThread {
    guard unshare(newNetwork) == 0 else { return .skipped("unshare(CLONE_NEWNET): \(errorText(errno))") }
    guard value() != nil else { return .skipped("this kernel has no \(setting) in a new network namespace") }
    guard reset() else { return .skipped("\(setting) cannot be written here") }
    let host = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    guard host >= 0, unshare(newNetwork) == 0, reset() else {
      return .skipped("a second namespace: \(errorText(errno))")
    }
    defer { close(host) }
    let verdict = Preflight(host: LinuxHost(networkNamespace: "/proc/self/fd/\(host)", root: "")).run()
    let outside = value() ?? "gone"
    guard setns(host, newNetwork) == 0 else { return .skipped("setns: \(errorText(errno))") }
    return .done(verdict, inside: value() ?? "gone", outside: outside)
  }
}

/// Whether this process may do what the init container does; asked once.
private let outcome = Result { try attempt() }

private var reasonToSkip: String? {
  if case .success(.skipped(let why)) = outcome { why } else { nil }
}

@Suite struct LinuxHostTests {
  @Test(.disabled(if: reasonToSkip != nil, "not permitted here, or no connection tracking"))
  func setsTheSettingInTheHostsNamespaceOnly() throws {
    guard case .done(let verdict, let inside, let outside) = try outcome.get() else { return }
    #expect(verdict.exitCode == .ok, "\(verdict.message)")
    #expect(inside == "1")
    #expect(outside == "0", "the pod's own namespace is left alone")
  }

  @Test func tellsAMissingFileFromOthers() {
    let missing = #expect(throws: HostError.self) { try LinuxHost().readFile("/proc/no-such-file") }
    #expect(missing?.kind == .missing)
    let folder = #expect(throws: HostError.self) { try LinuxHost().readFile("/proc") }
    #expect(folder?.kind == .other)
  }

  @Test func refusesWhatIsTooLong() {
    let error = #expect(throws: HostError.self) { try LinuxHost().readFile("/dev/zero") }
    #expect(error?.description.contains("longer than 65536 bytes") == true)
  }

  @Test func namesTheNamespaceThatIsNotThere() {
    let host = LinuxHost(networkNamespace: "/proc/0/ns/net", root: "")
    let error = #expect(throws: HostError.self) { try host.enterHostNetwork() }
    #expect(error?.description.contains("/proc/0/ns/net") == true)
  }
}
