// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A proxy on a free port: it keeps what it was asked, answers plain requests itself, and leads every tunnel to one port
/// of this machine.
final class ScriptedProxy: Sendable {
  private final class Heads: Sendable { let value = Mutex<[String]>([]) }

  private let heads = Heads()
  let server: ScriptedServer

  /// The heads of the requests that came.
  var asked: [String] { heads.value.withLock { $0 } }
  var name: String { "127.0.0.1:\(server.port)" }

  /// - Parameters:
  ///   - port: where tunnels lead.
  ///   - refusal: what CONNECT is answered with instead of a tunnel.
  init(to port: UInt16 = 0, refusal: String? = nil) {
    server = ScriptedServer { [heads] connection in
      while let head = connection.request() {
        heads.value.withLock { $0.append(head) }
        guard head.hasPrefix("CONNECT ") else {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
          continue
        }
        if let refusal {
          connection.send(refusal)
          return
        }
        connection.send("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n")
        return connection.relay(to: port)
      }
    }
  }
}

extension ScriptedServer.Connection {
  /// Carries bytes both ways until either side closes.
  func relay(to port: UInt16) {
    let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(other) }
    guard ScriptedServer.connect(other, port) == 0 else { return }
    var polled = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    while poll(&polled, 2, -1) > 0 {
      for (from, to) in [(0, 1), (1, 0)] where polled[from].revents != 0 {
        let count = recv(polled[from].fd, &bytes, bytes.count, 0)
        guard count > 0, Glibc.send(polled[to].fd, bytes, count, Int32(MSG_NOSIGNAL)) == count else { return }
      }
    }
  }
}

extension ScriptedServer {
  static func connect(_ descriptor: Int32, _ port: UInt16) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = port.bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

/// A port whose queue of connections is full: to connect takes for ever.
final class FullPort: Sendable {
  let port: UInt16
  private let descriptors: [Int32]

  init() {
    let (listener, port) = ScriptedServer.listen(backlog: 0)
    self.port = port
    descriptors =
      [listener]
      + (0..<4).map { _ in
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        _ = ScriptedServer.connect(descriptor, port)
        return descriptor
      }
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}
