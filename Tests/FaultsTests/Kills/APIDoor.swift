// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import ProcessSupport

/// A way to the API server for one process.
///
/// A killed process leaves requests behind that the server has not read yet: the client sends a write once more at once
/// when its answer is lost. Once the door is closed, none of them has any effect.
struct APIDoor: Sendable {
  private let kubeconfig: String
  private let folder: TemporaryFolder
  private let serving: Task<Void, any Error>

  /// Opens a door to a cluster.
  init(to cluster: TestCluster) async throws {
    let http = try await HTTPServer(serving: cluster.server)
    folder = try TemporaryFolder()
    kubeconfig = try folder.write(
      "kubeconfig", Kubeconfig(server: http.url, token: TestCluster.operatorToken).text)
    serving = Task { try await http.run() }
  }

  /// What a process is started with to come through this door.
  func arguments(_ served: ServedCluster) -> [String] {
    served.arguments.map { $0 == served.kubeconfig ? kubeconfig : $0 }
  }

  /// Ends every connection, and returns when all that came through them has been answered.
  func close() async {
    serving.cancel()
    _ = await serving.result
  }
}
