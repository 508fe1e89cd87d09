// SPDX-License-Identifier: Apache-2.0

import DevCluster
import HTTPTransport
import Harness

/// A cluster of this process that other processes reach over HTTP, with a metrics backend beside it.
public struct ServedCluster: Sendable {
  /// The cluster, as seen from inside.
  public let cluster: TestCluster
  /// The kubeconfig of the operator's service account.
  public let kubeconfig: String
  /// The file that tells the operator where the metrics backend is.
  public let addressMap: String
  private let folder: TemporaryFolder

  /// Serves the cluster while the body runs.
  public static func serve<Result: Sendable>(
    _ cluster: TestCluster, _ body: @escaping @Sendable (ServedCluster) async throws -> Result
  ) async throws -> Result {
    let http = try await HTTPServer(serving: cluster.server)
    let standIn = MetricsStandIn()
    let metrics = try await HTTPServer(bodyLimit: 32 << 20) { standIn.handle($0) }
    let folder = try TemporaryFolder()
    let served = ServedCluster(
      cluster: cluster,
      kubeconfig: try folder.write(
        "kubeconfig", Kubeconfig(server: http.url, token: TestCluster.operatorToken).text),
      addressMap: try folder.write(
        "backends",
        ["vminsert-shortterm.tenant-root.svc:8480", "vmselect-shortterm.tenant-root.svc:8481"]
          .map { "\($0)=\(metrics.host):\(metrics.port)\n" }.joined()),
      folder: folder)
    let serving = [Task { try await http.run() }, Task { try await metrics.run() }]
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(served))
    } catch {
      result = .failure(error)
    }
    for task in serving {
      task.cancel()
      _ = await task.result
    }
    return try result.get()
  }

  /// What the operator is started with to run against this cluster.
  public var arguments: [String] {
    ["run", "--kubeconfig", kubeconfig, "--backend-address-map", addressMap, "--listen", "127.0.0.1:0"]
  }
}
