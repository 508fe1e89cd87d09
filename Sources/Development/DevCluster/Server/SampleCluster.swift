// SPDX-License-Identifier: Apache-2.0

/// What a small Cozystack cluster has, as far as the operator looks at it.
public enum SampleCluster {
  /// Adds nodes of both architectures, the namespaces, the Services of the tenant's monitoring, its Grafana, and the kind
  /// of rules.
  ///
  /// - Throws: ``ManifestError`` if a Service is refused.
  public static func seed(_ server: APIServer, nodes: Int = 3) async throws(ManifestError) {
    for index in 0..<max(0, nodes) {
      let isArm = index % 3 == 2
      await server.addNode(
        "node-\(index + 1)", labels: ["node.kubernetes.io/instance-type": isArm ? "arm" : "standard"],
        kernel: isArm ? "6.6.30-talos" : "6.12.28-talos", architecture: isArm ? "arm64" : "amd64")
    }
    await server.addNamespace("tenant-root", labels: ["cozystack.io/system": "true"])
    await server.addNamespace("cozy-coroot", labels: ["pod-security.kubernetes.io/enforce": "privileged"])
    await server.addNamespace("cozy-observability")
    try await server.addService("vminsert-shortterm", namespace: "tenant-root", ports: [8480])
    try await server.addService("vmselect-shortterm", namespace: "tenant-root", ports: [8481])
    for manifest in NeighbourDefinitions.grafana + NeighbourDefinitions.rules + [NeighbourDefinitions.instance] {
      try await server.apply(manifest)
    }
  }
}
