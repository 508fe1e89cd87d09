// SPDX-License-Identifier: Apache-2.0

public import CorootStub
import DevCluster
import HTTPTransport
import Harness

/// A cluster of this process that other processes reach over HTTP, with stand-ins for what an object may send to: the
/// metrics storage, ClickHouse, the metrics of the gateway's only replica, and Coroot.
public struct ServedCluster: Sendable {
  /// The cluster, as seen from inside.
  public let cluster: TestCluster
  /// What runs the Coroot server of the object `platform`; its ClickHouse accepts every login.
  public let coroot: CorootPod
  /// The kubeconfig of the operator's service account.
  public let kubeconfig: String
  /// The file that tells the operator where the stand-ins are.
  public let addressMap: String
  private let folder: TemporaryFolder

  /// Serves the cluster while the body runs.
  public static func serve<Result: Sendable>(
    _ cluster: TestCluster, _ body: @escaping @Sendable (ServedCluster) async throws -> Result
  ) async throws -> Result {
    let http = try await HTTPServer(serving: cluster.server)
    let standIn = MetricsStandIn()
    let metrics = try await HTTPServer(bodyLimit: 32 << 20) { standIn.handle($0) }
    let clickHouse = ClickHouseStandIn()
    let database = try await HTTPServer(bodyLimit: 32 << 20) { clickHouse.handle($0) }
    let gateway = try await HTTPServer { GatewayStandIn.handle($0) }
    let pod = CorootPod(cluster: cluster.server)
    let coroot = try await HTTPServer(bodyLimit: 32 << 20) { await pod.handle($0) }
    let addresses = [
      ("vminsert-shortterm.tenant-root.svc:8480", metrics), ("vmselect-shortterm.tenant-root.svc:8481", metrics),
      ("chendpoint-clickhouse-coroot.tenant-root.svc:8123", database),
      ("platform-gateway-0.platform-gateway-replicas.cozy-coroot.svc:8888", gateway),
      ("platform-coroot.cozy-coroot.svc:8080", coroot),
    ]
    let folder = try TemporaryFolder()
    let served = ServedCluster(
      cluster: cluster, coroot: pod,
      kubeconfig: try folder.write(
        "kubeconfig", Kubeconfig(server: http.url, token: TestCluster.operatorToken).text),
      addressMap: try folder.write(
        "backends",
        addresses.map { "\($0)=\($1.host):\($1.port)\n" }.joined()),
      folder: folder)
    let serving = [http, metrics, database, gateway, coroot].map { server in Task { try await server.run() } }
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
