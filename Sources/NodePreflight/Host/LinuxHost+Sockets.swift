// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

extension LinuxHost {
  /// How long the other side of a socket may take, in seconds.
  static let patience = 2

  /// Connects to a Unix socket as a client of a container runtime does, and says nothing.
  public func connect(_ path: String) throws(HostError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw HostError(.other, "connect to \(path): the path is longer than an address of a socket")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = try Self.socket(AF_UNIX, SOCK_STREAM, 0, "connect to \(path)")
    defer { close(descriptor) }
    guard Self.connect(descriptor, to: address) == 0 else { throw HostError("connect to \(path)", errno) }
  }

  /// Asks on a socket that takes answers of the kernel only, and of the namespace that the calling thread is in.
  public func ask(_ question: NetlinkMessage, protocol number: Int32) throws(HostError) -> [UInt8] {
    let descriptor = try Self.socket(AF_NETLINK, SOCK_RAW, number, "open a netlink socket of protocol \(number)")
    defer { close(descriptor) }
    // Address 0 is the kernel's. A connected socket refuses what other processes send.
    var kernel = sockaddr_nl()
    kernel.nl_family = sa_family_t(AF_NETLINK)
    guard Self.connect(descriptor, to: kernel) == 0 else { throw HostError("connect to the kernel's netlink", errno) }
    let bytes = question.bytes
    guard send(descriptor, bytes, bytes.count, 0) == bytes.count else { throw HostError("send to netlink", errno) }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { throw HostError(.other, "netlink did not answer in \(Self.patience) s") }
      guard count >= 0 else { throw HostError("receive from netlink", errno) }
      return Array(buffer[..<count])
    }
  }

  private static func socket(
    _ domain: CInt, _ type: __socket_type, _ number: CInt, _ action: String
  ) throws(HostError) -> CInt {
    let descriptor = Glibc.socket(domain, CInt(type.rawValue | SOCK_CLOEXEC.rawValue), number)
    guard descriptor >= 0 else { throw HostError(action, errno) }
    var patience = timeval(tv_sec: patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    return descriptor
  }

  private static func connect<Address>(_ descriptor: CInt, to address: Address) -> CInt {
    withUnsafeBytes(of: address) { bytes in
      guard let start = bytes.baseAddress else { return -1 }
      return Glibc.connect(descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }
}
