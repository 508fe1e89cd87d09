// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import Waiting

/// A connection to a port of this machine. Its calls block, for two minutes at most, so each has a thread of its own.
final class Wire: Sendable {
  struct Failure: Error { let code = errno }

  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  static func connect(to port: Int) async throws -> Wire {
    try await blocking {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else { throw Failure() }
      let wire = Wire(descriptor)
      var limit = timeval(tv_sec: 120, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      // By way of NIO: with NIOCore in the target, the members of sockaddr_in can belong to its module of C headers,
      // which no file may import.
      let code = try SocketAddress(ipAddress: "127.0.0.1", port: port).withSockAddr { address, size in
        Glibc.connect(descriptor, address, socklen_t(size))
      }
      guard code == 0 else { throw Failure() }
      return wire
    }
  }

  func send(_ text: String) async throws {
    try await blocking { [descriptor] in
      let bytes = Array(text.utf8)
      guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) >= 0 else { throw Failure() }
    }
  }

  /// What comes until the text ends so, or until the server closes.
  func receive(until end: String? = nil) async throws -> String {
    try await blocking { [descriptor] in
      var answer: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let text = String(decoding: answer, as: UTF8.self)
        if let end, text.hasSuffix(end) { return text }
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count == 0 || (count < 0 && errno == ECONNRESET) { return text }
        guard count > 0 else { throw Failure() }
        answer.append(contentsOf: buffer[..<count])
      }
    }
  }
}

extension Wire {
  /// Reads that many bytes and no more.
  func receive(bytes count: Int) async throws {
    try await blocking { [descriptor] in
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      var left = count
      while left > 0 {
        let count = recv(descriptor, &buffer, min(left, buffer.count), 0)
        guard count > 0 else { throw Failure() }
        left -= count
      }
    }
  }
}

/// Sends a text to a port and reads until the server closes.
func exchange(_ port: Int, _ text: String) async throws -> String {
  let wire = try await Wire.connect(to: port)
  try await wire.send(text)
  return try await wire.receive()
}
