// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A TCP server on a free port whose connections run a script, each on a thread of its own.
final class ScriptedServer: Sendable {
  /// One accepted connection, for the script's use on its own thread.
  struct Connection: Sendable {
    let descriptor: Int32
    /// Its number, from 1.
    let number: Int

    /// Reads a request up to the end of its head, and its body by Content-Length; nil once the peer has closed.
    func request() -> String? {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
        guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
        bytes.append(byte)
      }
      let head = String(decoding: bytes, as: UTF8.self)
      let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
      var left = field.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
      while left > 0, recv(descriptor, &byte, 1, 0) == 1 {
        bytes.append(byte)
        left -= 1
      }
      return String(decoding: bytes, as: UTF8.self)
    }

    /// Sends the text, and says whether all of it went out.
    @discardableResult
    func send(_ text: String) -> Bool { send(bytes: Array(text.utf8)) }

    /// Sends the bytes, and says whether all of them went out.
    @discardableResult
    func send(bytes: [UInt8]) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }

    /// Sends as much as the peer takes without waiting, and says how much that was.
    func sendWithoutWaiting(_ bytes: [UInt8]) -> Int {
      bytes.withUnsafeBytes {
        max(0, Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)))
      }
    }

    /// Whether the peer takes more, within as many milliseconds, or is gone.
    func takesMore(within milliseconds: Int32) -> Bool {
      var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      return Glibc.poll(&poll, 1, milliseconds) != 0
    }

    /// Reads what comes first, and says how much that was.
    func receiveSome() -> Int {
      var bytes = [UInt8](repeating: 0, count: 4096)
      return recv(descriptor, &bytes, bytes.count, 0)
    }

    /// Reads nothing until then. The peer's close would not be seen: it stands behind what the peer has yet to send.
    func hold(until end: Signal) { end.block() }

    /// Waits for the peer to close.
    func waitForClose() {
      var byte: UInt8 = 0
      while recv(descriptor, &byte, 1, 0) > 0 {}
    }

    /// Makes the close a reset.
    func reset() {
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
  }

  private final class Counts: Sendable {
    let value = Mutex((accepted: 0, open: 0))
  }

  let port: UInt16
  private let listener: Int32
  private let counts = Counts()

  var accepted: Int { counts.value.withLock { $0.accepted } }
  var open: Int { counts.value.withLock { $0.open } }
  var url: String { "http://127.0.0.1:\(port)" }

  init(_ script: @escaping @Sendable (Connection) -> Void) {
    (listener, port) = Self.listen()
    Self.thread { [listener, counts] in
      Self.accept(listener, counts, script)
      close(listener)
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// How many sockets of this process lead to the server: what a leak would leave behind.
  var clientSockets: Int {
    (0..<Int32(16384)).count { descriptor in
      var address = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
      }
      return result == 0 && address.sin_family == sa_family_t(AF_INET) && UInt16(bigEndian: address.sin_port) == port
    }
  }

  static func listen(backlog: Int32 = 64) -> (Int32, UInt16) {
    let (descriptor, port) = bound()
    _ = Glibc.listen(descriptor, backlog)
    return (descriptor, port)
  }

  /// A socket with a port of its own, where nobody listens yet.
  fileprivate static func bound() -> (Int32, UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, length)
        _ = getsockname(descriptor, $0, &length)
      }
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  private static func accept(_ listener: Int32, _ counts: Counts, _ script: @escaping @Sendable (Connection) -> Void) {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      let number = counts.value.withLock { counts in
        counts.accepted += 1
        counts.open += 1
        return counts.accepted
      }
      thread {
        script(Connection(descriptor: descriptor, number: number))
        close(descriptor)
        counts.value.withLock { $0.open -= 1 }
      }
    }
  }

  static func thread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Box(body)).toOpaque()
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, context)
    pthread_detach(thread)
  }
}

/// A port that refuses connections: it is taken and nobody listens, so that no other test or program can listen there.
final class ClosedPort: CustomStringConvertible, Sendable {
  let port: UInt16
  private let descriptor: Int32

  init() { (descriptor, port) = ScriptedServer.bound() }

  deinit { close(descriptor) }

  var description: String { "\(port)" }
}
