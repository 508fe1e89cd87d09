// SPDX-License-Identifier: Apache-2.0

import Harness
import JSON
import KubernetesClient
import KubernetesCore

/// What one file of `config/samples` needs around it, and the state that it must reach.
struct SampleScenario: Sendable {
  /// The state, in words.
  var ends: String
  /// Applies the sample and waits for the state, with whatever the sample's own comments ask for.
  var run: @Sendable (_ sample: KubernetesObject, _ stage: Stage) async throws -> Void

  /// One for each file.
  static let all: [String: SampleScenario] = [
    "agents-only.yaml": SampleScenario(ends: "Ready") { sample, stage in
      try await stage.apply(sample)
      try await stage.wait(for: "Ready", "True", of: sample.key)
    },
    "agents-only-tuned.yaml": SampleScenario(ends: "Ready on its own pool of nodes, with its own settings", run: tuned),
    "agents-only-external.yaml": SampleScenario(
      ends: "waiting for its Secrets, then agents that run while the backend is unreachable", run: external),
    "agents-only-scrape.yaml": SampleScenario(
      ends: "KindNotServed without VMPodScrape, Ready with it", run: scrape),
    "full.yaml": full("ServiceNotFound"), "full-ha.yaml": full("ServiceNotFound"),
    "full-external.yaml": full("SecretNotFound"),
    "signals-clickhouse.yaml": SampleScenario(
      ends: "agents that run beside a ClickHouse that is missing, then a gateway for one that is away", run: signals),
  ]

  /// Without the ClickHouse that the sample names, which is said; the Coroot server waits for it.
  private static func full(_ reason: String) -> SampleScenario {
    SampleScenario(ends: "told that its ClickHouse is missing: \(reason)") { sample, stage in
      try await stage.apply(sample)
      try await stage.wait(for: "ClickHouseReady", "False", reason: reason, of: sample.key)
      try await stage.wait(for: "CorootAvailable", "False", of: sample.key)
    }
  }

  /// A pool that no other node is in, and a storage of its own.
  @Sendable private static func tuned(_ sample: KubernetesObject, _ stage: Stage) async throws {
    let node = StandInNode(name: "acceptance-databases", labels: ["pool": "databases"])
    try await stage.surroundings.add(node)
    try await stage.surroundings.addServices(["longterm"])
    if try await stage.admin.type(apiVersion: ResourceType.runtimeClasses.apiVersion, kind: "RuntimeClass") != nil {
      var runtime = KubernetesObject(type: .runtimeClasses, name: "nvidia")
      runtime["handler"] = "nvidia"
      try await stage.ledger.createIfMissing(.runtimeClasses, runtime)
    }
    try await stage.apply(sample)
    let object = try await stage.wait(for: "Ready", "True", of: sample.key)
    let write = object[path: "status", "endpoints", "metricsWrite"]?.string ?? ""
    try expect(
      write.contains("vminsert-longterm"), "metrics to go to vminsert-longterm", observed: write,
      Request.get(.observabilities, sample.key))
    let key = ObjectKey(namespace: "cozy-coroot", name: "\(sample.name)-node-agent")
    let daemonSet = try await stage.admin.client.get(.daemonSets, key)
    let pod = daemonSet[path: "spec", "template", "spec"] ?? [:]
    let image = pod["containers"]?.array?.first?["image"]?.string ?? ""
    try expect(
      image.hasPrefix("registry.example.org:5000/mirror/") && pod["runtimeClassName"] == "nvidia"
        && pod[path: "nodeSelector", "pool"] == "databases", "registry, runtime class and node selector of the sample",
      observed: Digest.bounded(JSONWriter.text(pod)), Request.get(.daemonSets, key))
    try await stage.removeObjects()
    try await stage.ledger.remove(.nodes, ObjectKey(name: node.name))
  }

  /// `vm.example.org` is a name that is never served, so the agents run and the backend is reported as away.
  @Sendable private static func external(_ sample: KubernetesObject, _ stage: Stage) async throws {
    let namespace = "cozy-coroot"
    try await stage.apply(sample)
    let waiting = try await stage.wait(for: "MetricsBackendReady", "False", reason: "SecretNotFound", of: sample.key)
    let message = Conditions.find("MetricsBackendReady", waiting)?["message"]?.string ?? ""
    try expect(
      message.contains("vm-writer") || message.contains("vm-ca"), "a message that names the missing Secret",
      observed: message, Request.get(.observabilities, sample.key))
    let secrets: [(String, JSONValue)] = [
      ("vm-writer", ["username": "writer", "password": "acceptance"]), ("vm-ca", ["ca.crt": .string(certificate)]),
    ]
    for (name, data) in secrets {
      var secret = KubernetesObject(type: .secrets, namespace: namespace, name: name)
      secret["stringData"] = data
      try await stage.ledger.createIfMissing(.secrets, secret)
    }
    try await stage.wait(for: "AgentsAvailable", "True", of: sample.key)
    try await stage.wait(for: "MetricsBackendReady", "False", of: sample.key)
    let object = try await stage.wait(for: "Ready", "False", reason: "BackendNotReady", of: sample.key)
    let reason = Conditions.find("MetricsBackendReady", object)?["reason"]?.string ?? ""
    try expect(
      ["Unreachable", "TLSFailed"].contains(reason), "reason Unreachable or TLSFailed", observed: reason,
      Request.get(.observabilities, sample.key))
    try await stage.removeObjects()
    for (name, _) in secrets { try await stage.ledger.remove(.secrets, ObjectKey(namespace: namespace, name: name)) }
  }

  /// The kind belongs to the VictoriaMetrics operator, which a cluster may not have.
  @Sendable private static func scrape(_ sample: KubernetesObject, _ stage: Stage) async throws {
    try await stage.apply(sample)
    let isServed =
      try await stage.admin.type(apiVersion: ResourceType.podScrapes.apiVersion, kind: "VMPodScrape") != nil
    if !isServed {
      let object = try await stage.wait(for: "Ready", "False", reason: "KindNotServed", of: sample.key)
      let message = Conditions.find("Ready", object)?["message"]?.string ?? ""
      try expect(
        message.contains("vmpodscrapes"), "a message that names the kind", observed: message,
        Request.get(.observabilities, sample.key))
      try await stage.ledger.createIfMissing(.customResourceDefinitions, KubernetesObject(podScrapeDefinition))
    }
    // The operator looks for a kind that was not served every 30 to 60 s.
    try await stage.wait(for: "Ready", "True", of: sample.key, within: max(stage.patience, .seconds(90)))
    try await stage.admin.wait(for: "a VMPodScrape", .podScrapes, Names.child) { !$0.isBeingDeleted }
    try await stage.removeObjects()
    if !isServed { try await stage.ledger.remove(.customResourceDefinitions, podScrapesKey) }
  }

  /// The ClickHouse application is stood in for by its Service and Secret: nothing answers there, which is said, and the
  /// gateway is made all the same, since it keeps what comes in meanwhile.
  @Sendable private static func signals(_ sample: KubernetesObject, _ stage: Stage) async throws {
    let isServed =
      try await stage.admin.type(apiVersion: ResourceType.podScrapes.apiVersion, kind: "VMPodScrape") != nil
    if !isServed {
      try await stage.ledger.createIfMissing(.customResourceDefinitions, KubernetesObject(podScrapeDefinition))
    }
    try await stage.apply(sample)
    let missing = try await stage.wait(for: "ClickHouseReady", "False", reason: "ServiceNotFound", of: sample.key)
    let message = Conditions.find("ClickHouseReady", missing)?["message"]?.string ?? ""
    try expect(
      message.contains("ClickHouse application tenant-root/coroot"), "a message that names the application",
      observed: message, Request.get(.observabilities, sample.key))
    try await stage.wait(for: "AgentsAvailable", "True", of: sample.key)
    let made = Self.application
    for (type, object) in made { try await stage.ledger.createIfMissing(type, object) }
    try await stage.wait(
      for: "ClickHouseReady", "False", reason: "Unreachable", of: sample.key, within: max(stage.patience, .seconds(90)))
    let gateway = ObjectKey(namespace: "cozy-coroot", name: "\(sample.name)-gateway")
    try await stage.admin.wait(for: "a gateway", .statefulSets, gateway) { !$0.isBeingDeleted }
    try await stage.removeObjects()
    for (type, object) in made { try await stage.ledger.remove(type, object.key) }
    if !isServed { try await stage.ledger.remove(.customResourceDefinitions, podScrapesKey) }
  }

  /// What Cozystack makes of a ClickHouse application, and the right to read its Secret.
  private static var application: [(ResourceType, KubernetesObject)] {
    let (namespace, name) = ("tenant-root", "observability-operator-clickhouse-coroot-credentials")
    var service = KubernetesObject(type: .services, namespace: namespace, name: "chendpoint-clickhouse-coroot")
    service["spec"] = ["ports": [["name": "http", "port": 8123], ["name": "tcp", "port": 9000]]]
    var secret = KubernetesObject(type: .secrets, namespace: namespace, name: "clickhouse-coroot-credentials")
    secret["stringData"] = ["coroot": "acceptance"]
    var role = KubernetesObject(type: .roles, namespace: namespace, name: name)
    role["rules"] = [
      [
        "apiGroups": [""], "resources": ["secrets"], "resourceNames": [.string(secret.name)],
        "verbs": ["list", "watch"],
      ]
    ]
    var binding = KubernetesObject(type: .roleBindings, namespace: namespace, name: name)
    binding["roleRef"] = ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .string(name)]
    binding["subjects"] = [
      ["kind": "ServiceAccount", "name": "observability-operator", "namespace": "cozy-observability"]
    ]
    return [(.services, service), (.secrets, secret), (.roles, role), (.roleBindings, binding)]
  }

  private static let podScrapesKey = ObjectKey(name: "vmpodscrapes.operator.victoriametrics.com")

  private static let podScrapeDefinition = TestCluster.podScrapeDefinition.object ?? [:]

  /// A certificate authority that has signed nothing.
  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBgjCCASegAwIBAgIUElIZPJV7OE0IuTa11uYj9VibEbkwCgYIKoZIzj0EAwIw
    FTETMBEGA1UEAwwKYWNjZXB0YW5jZTAgFw0yNjExMjkxMjQxMzRaGA8yMTI2MTEw
    NTEyNDEzNFowFTETMBEGA1UEAwwKYWNjZXB0YW5jZTBZMBMGByqGSM49AgEGCCqG
    SM49AwEHA0IABKLiwXaAe5jSVVgCG+lWgX315IEXTmetkCVudXH4eK+1vB1IPqmW
    AbBR31q98+Q4aU5Skt71jeXFiYQVP64/RpKjUzBRMB0GA1UdDgQWBBRRgBw2IDtG
    +YBUPhha7bdrFlaIBTAfBgNVHSMEGDAWgBRRgBw2IDtG+YBUPhha7bdrFlaIBTAP
    BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQC2UZqAyfuzmr/Scen+
    pfzcjY34+FmeVeTBQ4m3/TE2kAIhAJ+pyn8SUS08tmC2VMMmGhORvc0eOWjmEKev
    HBauO9V+
    -----END CERTIFICATE-----

    """
}

/// Every file of `config/samples`: applied, its state reached, deleted.
enum SampleChecks {
  static func all(_ settings: Settings) throws -> [Check] {
    try TextFile.names(in: "\(settings.root)/config/samples", ending: ".yaml").map { name in
      // A new sample without a scenario is a failure, not a gap.
      let scenario = SampleScenario.all[name]
      return Check("samples", "\(name): \(scenario?.ends ?? "a scenario says how it ends")") { stage in
        guard let scenario else {
          throw Failure(
            expected: "a scenario for \(name)", observed: "none in SampleScenario.all",
            request: "config/samples/\(name)")
        }
        try await stage.removeObjects()
        let outcome = await Result.of { try await scenario.run(try stage.sample(name), stage) }
        try await stage.removeObjects()
        try outcome.get()
      }
    }
  }
}
