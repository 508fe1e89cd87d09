// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// The node as it is seen from a pod with `hostPID: true`.
public struct LinuxHost: HostAccess {
  private static let firstProcess = "/proc/1/ns"

  /// The node whose first process is process 1.
  public init() {}

  /// Reads the calling thread's effective user and capabilities.
  public func credentials() throws(HostError) -> Credentials {
    let effective = try Self.capabilitySets().effective
    return Credentials(user: geteuid(), capabilities: Set(Capability.allCases.filter { effective & $0.bit != 0 }))
  }

  /// Compares this process and its mount namespace with process 1 and its.
  public func standpoint() throws(HostError) -> Standpoint {
    if getpid() == 1 { return .firstProcess }
    let own = try Self.identity("/proc/self/ns/mnt")
    return try Self.identity("\(Self.firstProcess)/mnt") == own ? .host : .container
  }

  /// Moves the calling thread into the network namespace of process 1 with setns(2).
  public func enterHostNetwork() throws(HostError) {
    let path = "\(Self.firstProcess)/net"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw HostError("open \(path)", errno) }
    defer { close(descriptor) }
    guard setns(descriptor, CInt(cl_new_network)) == 0 else { throw HostError("enter \(path)", errno) }
  }

  /// Lowers the capability sets of the calling thread, and sees to it that they stay low.
  ///
  /// Root gets its bounding set back when it executes a program, and to lower that one takes SETPCAP, which the init
  /// container has not. Therefore no_new_privs(2) is set first: with it a program gets no more than its caller had.
  public func keepOnly(_ capabilities: Set<Capability>) throws(HostError) {
    guard cl_set_no_new_privileges() == 0 else { throw HostError("set no_new_privs", errno) }
    let now = try Self.capabilitySets()
    if now.effective & 1 << UInt64(CAP_SETPCAP) != 0 { try Self.emptyBoundingSet() }
    let kept = capabilities.reduce(0) { $0 | $1.bit }
    let sets = cl_capabilities(effective: now.effective & kept, permitted: now.permitted & kept, inheritable: 0)
    guard cl_set_capabilities(sets) == 0 else { throw HostError("give up capabilities", errno) }
  }

  /// Nothing is executed here, so nothing is to be got from the bounding set.
  private static func emptyBoundingSet() throws(HostError) {
    var number: Int32 = 0
    while case let has = cl_bounding_set_has(number), has >= 0 {
      if has == 1, cl_bounding_set_drop(number) != 0 {
        throw HostError("drop capability \(number) from the bounding set", errno)
      }
      number += 1
    }
  }

  /// What uname(2) tells.
  public func kernelRelease() throws(HostError) -> String {
    var name = utsname()
    guard uname(&name) == 0 else { throw HostError("uname", errno) }
    return withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// What statfs(2) tells.
  public func fileSystemType(_ path: String) throws(HostError) -> UInt32 {
    var type: UInt32 = 0
    guard cl_file_system_type(path, &type) == 0 else { throw HostError("look at \(path)", errno) }
    return type
  }

  private static func capabilitySets() throws(HostError) -> cl_capabilities {
    var sets = cl_capabilities()
    guard cl_get_capabilities(&sets) == 0 else { throw HostError("read own capabilities", errno) }
    return sets
  }

  /// What tells a namespace from others.
  private static func identity(_ path: String) throws(HostError) -> [UInt64] {
    var status = stat()
    guard stat(path, &status) == 0 else { throw HostError("look at \(path)", errno) }
    return [UInt64(status.st_dev), UInt64(status.st_ino)]
  }
}

extension Capability {
  fileprivate var bit: UInt64 { 1 << UInt64(rawValue) }
}

extension HostError {
  /// What the system refused, by its errno.
  init(_ action: String, _ code: CInt) {
    let kind: Kind =
      switch code {
      case ENOENT, ENOTDIR: .missing
      case EACCES, EPERM: .forbidden
      case EROFS: .readOnly
      case EPROTONOSUPPORT, EAFNOSUPPORT: .unsupported
      case ECONNREFUSED: .refused
      default: .other
      }
    self.init(kind, "\(action): \(errorText(code))")
  }
}

extension LinuxHost {
  /// The start of a file; never waits for one to become ready.
  public func readFile(_ path: String, atMost limit: Int) throws(HostError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw HostError("read \(path)", errno) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while content.count < limit {
      let count = read(descriptor, &buffer, min(buffer.count, limit - content.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw HostError("read \(path)", errno) }
      if count == 0 { break }
      content.append(contentsOf: buffer[..<count])
    }
    return content
  }

  /// Writes the bytes in one call, as the kernel's settings want it.
  public func writeFile(_ path: String, _ bytes: [UInt8]) throws(HostError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw HostError("write \(path)", errno) }
    defer { close(descriptor) }
    let count = write(descriptor, bytes, bytes.count)
    guard count >= 0 else { throw HostError("write \(path)", errno) }
    guard count == bytes.count else { throw HostError(.other, "write \(path): \(count) of \(bytes.count) bytes") }
  }
}
