// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

extension CorootInputs {
  /// The inputs of servers that all run, for rendering without a cluster: destinations by the names that Cozystack gives.
  ///
  /// In place of each secret value, and of each certificate authority, stands a text that names its Secret.
  public init(offline object: Observability, facts: PlatformFacts) {
    let spec = object.spec
    let context = RenderContext(object: object, facts: facts)
    self.init(servers: spec.coroot.replicas)
    postgres = spec.coroot.postgres.map {
      Postgres(
        $0, password: SecretText(standingFor: $0.passwordSecretRef),
        authorities: $0.caSecretRef.map(Self.standIn))
    }
    let bundles = [spec.metrics.victoriaMetrics.caSecretRef, spec.clickHouse?.endpoint?.caSecretRef]
      .compactMap { $0.map(Self.standIn) }
    if !bundles.isEmpty { authorities = Array(bundles.joined()) }
    if let application = spec.clickHouse?.application {
      clickHouse = .pods(namespace: application.namespace, port: 9000)
    } else if let endpoint = spec.clickHouse?.endpoint {
      clickHouse = context.destination(host: endpoint.host, port: endpoint.port, isPortOfPods: false)
    }
  }

  private static func standIn(_ reference: SecretReference) -> [UInt8] {
    let key = reference.key ?? "ca.crt"
    return Array((SecretText(standingFor: SecretReference(name: reference.name, key: key)).text + "\n").utf8)
  }
}
