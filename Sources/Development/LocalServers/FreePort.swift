// SPDX-License-Identifier: Apache-2.0

public import Glibc

/// A port for a program that cannot tell which one it took.
public enum FreePort {
  /// A loopback port without a listener. Another program may take it before it is used.
  ///
  /// - Throws: ``SystemFailure``.
  public static func find() throws(SystemFailure) -> UInt16 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw SystemFailure("socket") }
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 ? getsockname(socket, $0, &length) : -1
      }
    }
    guard result == 0 else { throw SystemFailure("bind") }
    return UInt16(bigEndian: address.sin_port)
  }
}

/// A call of the system that failed, with the system's reason.
public struct SystemFailure: Error, CustomStringConvertible {
  /// The call and the reason.
  public let description: String

  /// A call that left its reason in `errno`, or returned it.
  public init(_ call: String, _ number: Int32 = errno) {
    description = "\(call): \(String(cString: strerror(number)))"
  }
}
