// SPDX-License-Identifier: Apache-2.0

import Synchronization

@testable import NodePreflight

/// A host in memory, fit for the agent unless a test says otherwise, which notes what was asked of it.
final class TableHost: HostAccess {
  struct Table: Sendable {
    var credentials = Credentials.initContainer
    var standpoint = Standpoint.container
    var release = "6.18.38-talos"
    var files: [String: String] = [
      TableHost.events: "2\n",
      TableHost.delays: "0\n",
      LockdownCheck.path: "none [integrity] confidentiality\n",
      TracefsCheck.format: "name: task_newtask\nID: 205\n",
    ]
    /// By path; of tracefs, cgroups and others.
    var types: [String: UInt32] = [TracefsCheck.folder: 0x7472_6163, CgroupCheck.path: 0x6367_7270]
    var sockets: [String: HostError?] = ["/proc/1/root/run/containerd/containerd.sock": nil]
    /// What netlink answers to the types of messages; others get an error as the kernel gives it.
    var answers: [UInt16: [UInt8]] = [16: Netlink.family, 31: Netlink.accounting, 0x101: Netlink.emptyTable]
    /// What is to fail, by what is told in ``log``.
    var failures: [String: HostError] = [:]
    /// Whether the files keep what is written.
    var sticks = true
    /// What was asked, in order.
    var log: [String] = []
  }

  static let events = "/proc/1/root/proc/sys/net/netfilter/nf_conntrack_events"
  static let delays = "/proc/1/root/proc/sys/kernel/task_delayacct"

  private let table: Mutex<Table>

  init(_ change: (inout Table) -> Void = { _ in }) {
    var table = Table()
    change(&table)
    self.table = Mutex(table)
  }

  var log: [String] { table.withLock { $0.log } }
  var writes: [String] { log.filter { $0.hasPrefix("write") } }
  func file(_ path: String) -> String? { table.withLock { $0.files[path] } }

  private func noted<Value>(
    _ entry: String, _ answer: (inout Table) -> Result<Value, HostError>
  ) throws(HostError) -> Value {
    try table.withLock { table in
      table.log.append(entry)
      return table.failures[entry].map { .failure($0) } ?? answer(&table)
    }.get()
  }

  func credentials() throws(HostError) -> Credentials { try noted("credentials") { .success($0.credentials) } }
  func standpoint() throws(HostError) -> Standpoint { try noted("standpoint") { .success($0.standpoint) } }
  func enterHostNetwork() throws(HostError) { try noted("enter") { _ in .success(()) } }
  func kernelRelease() throws(HostError) -> String { try noted("release") { .success($0.release) } }

  func keepOnly(_ capabilities: Set<Capability>) throws(HostError) {
    try noted("keep \(Capability.list(capabilities))") { _ in .success(()) }
  }

  func readFile(_ path: String, atMost limit: Int) throws(HostError) -> [UInt8] {
    try noted("read \(path)") { table -> Result<[UInt8], HostError> in
      guard let text = table.files[path] else {
        return .failure(HostError(.missing, "read \(path): No such file or directory"))
      }
      return .success(Array(text.utf8.prefix(limit)))
    }
  }

  func writeFile(_ path: String, _ bytes: [UInt8]) throws(HostError) {
    try noted("write \(path)") { table -> Result<Void, HostError> in
      if table.sticks { table.files[path] = String(decoding: bytes, as: UTF8.self) }
      return .success(())
    }
  }

  func fileSystemType(_ path: String) throws(HostError) -> UInt32 {
    try noted("type \(path)") {
      $0.types[path].map { .success($0) }
        ?? .failure(HostError(.missing, "look at \(path): No such file or directory"))
    }
  }

  func connect(_ path: String) throws(HostError) {
    try noted("connect \(path)") { table -> Result<Void, HostError> in
      guard let answer = table.sockets[path] else {
        return .failure(HostError(.missing, "connect to \(path): No such file or directory"))
      }
      return answer.map { .failure($0) } ?? .success(())
    }
  }

  func ask(_ question: NetlinkMessage, protocol number: Int32) throws(HostError) -> [UInt8] {
    try noted("ask \(number) \(question.type)") { .success($0.answers[question.type] ?? Netlink.error(22)) }
  }
}

/// Answers as Linux 6.18 gave them, on a machine with the byte order of amd64 and arm64.
enum Netlink {
  static let family = bytes(
    "70000000100000000100000005400000010200000e0002005441534b5354415453000000060001001f000000080003000100000008000400"
      + "000000000800050000000000"
      + "2c000600140001000800010001000000080002000b000000140002000800010004000000080002000a000000")
  static let accounting = bytes("240000001f00000001000000054000000201000010000400080001000100000004000300")
  static let emptyTable = bytes("1400000003000200010000000540000000000000")

  /// The answer that carries an error.
  static func error(_ number: Int32) -> [UInt8] {
    NetlinkMessage(type: 2, flags: 0, payload: (-number).bytes + NetlinkMessage(type: 0, flags: 0, payload: []).bytes)
      .bytes
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
  }
}
