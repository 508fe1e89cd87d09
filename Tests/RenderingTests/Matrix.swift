// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Rendering

/// Every case with a golden file, and what the invariants are checked over.
enum Matrix {
  static let all: [Fixture] = deliveries + full + features + hardening + tuning + samples

  private static let deliveries = [
    Fixture("push"),
    Fixture("scrape") { $0.metrics.delivery = .scrape },
    Fixture(
      "push-credentials-and-ca",
      {
        $0.metrics.victoriaMetrics.tenant = nil
        $0.metrics.victoriaMetrics.writeURL = "https://metrics.example.org/api/v1/write?db=a$b"
        $0.metrics.victoriaMetrics.credentialsSecretRef = .secret("metrics-login")
        $0.metrics.victoriaMetrics.caSecretRef = .secret("metrics-ca", key: "root.pem")
      },
      facts: {
        $0.metrics = .init(writeURL: try? HTTPURL("https://metrics.example.org/api/v1/write?db=a$b"))
        $0.credentialsHash = "c0ffee"
        $0.caHash = "cafe"
      }),
    Fixture(
      "push-users-service",
      {
        $0.metrics.victoriaMetrics.tenant = nil
        $0.metrics.victoriaMetrics.writeURL = "http://vmsingle.metrics.svc.cozy.local/api/v1/write"
      },
      facts: {
        $0.metrics = .init(writeURL: try? HTTPURL("http://vmsingle.metrics.svc.cozy.local/api/v1/write"))
        $0.clusterDomain = "cozy.local"
      }),
    Fixture("scrape-tuned") {
      $0.metrics.delivery = .scrape
      $0.metrics.interval = "5500ms"
      $0.metrics.labels = ["cluster": "a$1", "environment": "", "node_pool": "gold"]
    },
  ]

  private static let full = [
    Fixture("full") { $0.mode = .full },
    Fixture(
      "full-profiles",
      {
        $0.mode = .full
        $0.profiles.enabled = true
        $0.traces.sampling = "0.1"
      }, facts: { $0.corootKeyHash = "cafe" }),
    Fixture("full-scrape") {
      $0.mode = .full
      $0.profiles.enabled = true
      $0.metrics.delivery = .scrape
    },
  ]

  private static let features = [
    Fixture("l7-off") { $0.nodeAgent.features.l7 = false },
    Fixture("ping-off") { $0.nodeAgent.features.ping = false },
    Fixture("jvm-on") { $0.nodeAgent.features.jvm = true },
    Fixture("dotnet-on") { $0.nodeAgent.features.dotnet = true },
    Fixture("go-heap-off") { $0.nodeAgent.features.goHeap = false },
    Fixture("gpu-on") { ($0.nodeAgent.features.gpu, $0.nodeAgent.runtimeClassName) = (true, "nvidia") },
    Fixture("disk-delay-on") { $0.nodeAgent.features.diskDelay = true },
    Fixture("log-metrics-on") { $0.nodeAgent.features.logMetrics = true },
    Fixture("everything-on") {
      ($0.nodeAgent.features, $0.nodeAgent.runtimeClassName) = (.all(true), "nvidia")
      $0.logs.destination = .victoriaLogs
    },
    Fixture("everything-off") { $0.nodeAgent.features = .all(false) },
    Fixture("scrape-everything-on") {
      ($0.nodeAgent.features, $0.nodeAgent.runtimeClassName) = (.all(true), "nvidia")
      $0.metrics.delivery = .scrape
    },
    Fixture("scrape-everything-off") {
      $0.nodeAgent.features = .all(false)
      $0.metrics.delivery = .scrape
    },
  ]

  private static let hardening = [
    Fixture("seccomp-localhost") {
      $0.nodeAgent.security.seccomp = .localhost("observability/node-agent.json")
    },
    Fixture("privileged") { $0.nodeAgent.security.mode = .privileged },
    Fixture("privileged-everything-on") {
      $0.nodeAgent.security.mode = .privileged
      $0.nodeAgent.features = .all(true)
    },
    Fixture("privileged-everything-off") {
      $0.nodeAgent.security.mode = .privileged
      $0.nodeAgent.features = .all(false)
    },
    Fixture("privileged-scrape-everything-off") {
      $0.nodeAgent.security.mode = .privileged
      $0.metrics.delivery = .scrape
      $0.nodeAgent.features = .all(false)
    },
    Fixture("privileged-scrape-everything-on") {
      $0.nodeAgent.security.mode = .privileged
      $0.metrics.delivery = .scrape
      $0.nodeAgent.features = .all(true)
    },
  ]

  private static let tuning = [
    Fixture("air-gapped") {
      $0.images.registry = "registry.internal:5000/mirror/"
      $0.images.pullSecrets = ["registry-login"]
      $0.images.nodeAgent.pullPolicy = "Always"
      $0.images.operator.digest = "sha256:" + String(repeating: "a", count: 64)
    },
    Fixture("tuned") {
      $0.nodeAgent.spoolSize = "2Gi"
      $0.nodeAgent.resources = [
        "requests": ["cpu": "0.25", "memory": "512Mi"], "limits": ["cpu": 2, "memory": "2048Mi"],
      ]
      $0.nodeAgent.trackPublicNetworks = ["203.0.113.0/24", "2001:db8::/32"]
      $0.nodeAgent.containers.allow = ["^/k8s/shop/.*$"]
      $0.nodeAgent.containers.deny = ["/k8s-cronjob/.*", "^/talos/.*$"]
      $0.nodeAgent.containers.minAge = "1m"
      $0.nodeAgent.tolerations = [["key": "dedicated", "operator": "Equal", "value": "gold", "effect": ""]]
      $0.nodeAgent.nodeSelector = ["pool": "gold"]
      $0.nodeAgent.priorityClassName = "system-node-critical"
      $0.nodeAgent.maxUnavailable = 2
      $0.nodeAgent.env = [
        ["name": "REGION", "value": "eu-1"], ["name": "EMPTY", "value": ""],
        [
          "name": "PROVIDER", "valueFrom": ["configMapKeyRef": ["name": "site", "key": "provider", "optional": false]],
        ],
      ]
      $0.metrics.interval = "30s"
      $0.metrics.labels = ["cluster": "north & south", "größe": "ü", "empty": ""]
    },
  ]

  /// One that cannot be read is missing here and told by `GoldenTests.everySampleHasItsCase`.
  private static let samples = Files.names(in: Files.samples).compactMap { try? Fixture(sample: $0) }
}
