// SPDX-License-Identifier: Apache-2.0

import Glibc
import Waiting

extension OpenSSL {
  /// A TLS server with that certificate that keeps its connection, the only one at a time, and answers `ok` to all.
  func keepAlive(_ certificate: String) async throws -> KeepAliveTLSServer {
    let arguments = "-accept 0 -cert \(certificate).crt -key \(certificate).key"
    let server = try await blocking { [folder] in
      KeepAliveTLSServer("cd \(folder) && exec openssl s_server \(arguments) 2>&1")
    }
    guard let server else { throw Failure(description: "openssl s_server \(arguments) does not listen") }
    return server
  }
}

/// A running `openssl s_server` that passes on what comes and what is to be sent.
final class KeepAliveTLSServer: Sendable {
  let port: UInt16
  private let child: Child

  fileprivate init?(_ command: String) {
    guard let child = Child(command, hasInput: true), let port = child.readPort() else { return nil }
    self.child = child
    self.port = port
    ScriptedServer.thread {
      // Between the requests it writes about the handshake, but never an empty line that ends in CR LF.
      var last: [Character] = []
      while let character = child.readCharacter() {
        last = (last + [character]).suffix(4)
        if last == ["\r", "\n", "\r", "\n"] { child.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
      }
    }
  }

  deinit { child.stop() }
}
