// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import DevCluster

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

/// A service account and where its kubeconfig goes: `namespace/name=path`.
struct ServiceAccountKubeconfig: ExpressibleByArgument {
  var namespace: String
  var name: String
  var path: String

  init?(argument: String) {
    let halves = argument.split(separator: "=", maxSplits: 1)
    guard halves.count == 2 else { return nil }
    let account = halves[0].split(separator: "/", omittingEmptySubsequences: false)
    guard account.count == 2, account.allSatisfy({ !$0.isEmpty }) else { return nil }
    namespace = String(account[0])
    name = String(account[1])
    path = String(halves[1])
  }

  /// Who comes with the token in that kubeconfig.
  var identity: Identity { .serviceAccount(namespace: namespace, name: name) }
}
