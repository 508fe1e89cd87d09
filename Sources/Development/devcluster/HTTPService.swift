// SPDX-License-Identifier: Apache-2.0

import DevCluster
import ServiceLifecycle

/// Runs a server until it is told to stop.
struct HTTPService: Service, CustomStringConvertible {
  let description: String
  let server: HTTPServer

  func run() async throws {
    try await cancelWhenGracefulShutdown { try await server.run() }
  }
}
