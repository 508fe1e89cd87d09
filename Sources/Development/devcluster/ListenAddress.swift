// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A host and a port on the command line.
struct ListenAddress: ExpressibleByArgument {
  var host: String
  var port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":"), let port = Int(argument[argument.index(after: colon)...]),
      (0...65_535).contains(port), colon != argument.startIndex
    else { return nil }
    self.init(host: String(argument[..<colon]), port: port)
  }

  /// Whether only this machine reaches the address.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  var defaultValueDescription: String { "\(host):\(port)" }
}
