// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing

@Suite struct DefaultsTests {
  private func decode(_ spec: JSONValue) throws -> ObservabilitySpec {
    try ObservabilityDecoder.decode(object(spec)).spec
  }

  @Test("An empty specification is the design's full example, but for the ClickHouse that nothing uses")
  func emptySpecification() throws {
    let spec = try decode([:])
    var documented = try ObservabilityDecoder.decode(Repository.yaml("Tests/Conformance/examples/design.yaml")).spec
    #expect(documented.clickHouse?.application?.name == "coroot")
    documented.clickHouse = nil
    #expect(documented.images.nodeAgent.repository == "", "given, and empty: as if absent")
    documented.images.nodeAgent = spec.images.nodeAgent
    #expect(spec == documented)
    #expect(spec.namespace == "cozy-coroot")
    #expect(spec.metrics.victoriaMetrics.tenant == .default)
    #expect(spec.nodeAgent.resources["limits"] == ["memory": "1Gi"])
    #expect(spec.nodeAgent.resources["requests"] == ["cpu": "100m", "memory": "400Mi"])
    #expect(spec.nodeAgent.maxUnavailable == "10%")
    #expect(spec.nodeAgent.log == .standard)
    #expect((spec.traces.route.retention, spec.logs.route.retention) == ("7d", "7d"))
    #expect((spec.traces.route.tenant, spec.logs.route.tenant) == (nil, nil))
    #expect(!spec.sendsSignals)
    #expect(spec.clickHouse == nil)
    #expect(spec.images.nodeAgent.repository == nil)
  }

  @Test func everyFieldReachesItsPlace() throws {
    let spec = try decode([
      "images": ["coroot": ["repository": "r", "tag": "t", "digest": "", "pullPolicy": "Always"]],
      "nodeAgent": [
        "security": ["seccomp": ["type": "Localhost", "localhostProfile": "a/b.json"]], "runtimeClassName": "nvidia",
        "spool": ["size": "1Gi"], "containers": ["allow": ["/k8s/.*"], "minAge": "0s"], "nodeSelector": ["a": "b"],
        "updateStrategy": ["maxUnavailable": 3], "env": [["name": "A", "value": "b"]],
      ],
      "metrics": [
        "victoriaMetrics": [
          "writeURL": "http://w/x?extra_label=a%3Db", "readURL": "http://[fd00::1]:8481/r",
          "credentialsSecretRef": ["name": "c"], "caSecretRef": ["name": "ca"],
        ]
      ],
      "traces": [
        "destination": "OTLP", "endpoint": "http://t:4318/v1/traces", "sampling": "0.25",
        "headersSecretRef": ["name": "h"], "caSecretRef": ["name": "ca"],
      ],
      "logs": ["destination": "ClickHouse", "retention": "30d"],
      "clickHouse": [
        "endpoint": [
          "host": "ch", "tls": true, "passwordSecretRef": ["name": "p"],
          "caSecretRef": ["name": "ca", "key": "ca.pem"],
        ], "database": "signals", "cluster": "main", "ignore": ["DiskFull", "VersionTooOld"],
      ],
      "gateway": ["replicas": 2, "queue": ["storageClassName": "local"]],
      "coroot": [
        "database": "observed", "replicas": 2, "storage": ["storageClassName": "local"],
        "clusterAgent": ["resources": ["limits": ["memory": "2048Mi"]]],
        "postgres": [
          "host": "pg", "passwordSecretRef": ["name": "pg"], "sslMode": "verify-ca", "caSecretRef": ["name": "ca"],
        ],
        "ui": [
          "host": "coroot.example.org", "tls": ["secretName": "t"],
          "oidc": ["issuerURL": "https://id.example.org", "clientID": "coroot", "keycloakRealmRef": [:]],
        ],
      ],
    ])
    #expect((spec.coroot.database, spec.coroot.storageClassName) == ("observed", "local"))
    #expect(spec.coroot.clusterAgentResources["limits"] == ["memory": "2Gi"])
    #expect(spec.coroot.resources["limits"] == ["memory": "2Gi"], "the default")
    let postgres = try #require(spec.coroot.postgres)
    #expect((postgres.port, postgres.database, postgres.user) == (5432, "coroot", "coroot"))
    #expect((postgres.sslMode, postgres.caSecretRef?.key) == (.verifyAuthority, "ca.crt"))
    let oidc = try #require(spec.coroot.ui.oidc)
    #expect((oidc.keycloakRealm?.name, oidc.keycloakRealm?.kind) == ("keycloakrealm-cozy", .cluster))
    #expect(oidc.allowedGroups == ["cozystack-cluster-admin"])
    #expect((spec.coroot.ui.ingressNamespace, spec.coroot.ui.gateway?.name) == ("tenant-root", nil))
    #expect(spec.images.coroot.pullPolicy == "Always")
    #expect(spec.nodeAgent.security.seccomp.localhostProfile == "a/b.json")
    #expect(spec.nodeAgent.runtimeClassName == "nvidia")
    #expect(try decode(["nodeAgent": ["security": ["mode": "Privileged"]]]).nodeAgent.security.mode == .privileged)
    #expect(spec.nodeAgent.spoolSize == "1Gi")
    #expect(spec.nodeAgent.containers.allow == ["/k8s/.*"])
    #expect(spec.nodeAgent.nodeSelector == ["a": "b"])
    #expect(spec.nodeAgent.maxUnavailable == 3)
    #expect(spec.nodeAgent.env == [["name": "A", "value": "b"]])
    #expect(spec.metrics.victoriaMetrics.tenant == nil)
    #expect(spec.metrics.victoriaMetrics.readURL == "http://[fd00::1]:8481/r")
    #expect(spec.metrics.victoriaMetrics.credentialsSecretRef?.key == nil)
    #expect(spec.metrics.victoriaMetrics.caSecretRef?.key == "ca.crt")
    #expect(spec.traces.sampling == "0.25")
    #expect(spec.traces.route.endpoint == "http://t:4318/v1/traces")
    #expect(spec.traces.route.headersSecretRef?.name == "h")
    #expect(spec.traces.route.caSecretRef?.key == "ca.crt")
    #expect(spec.logs.route.retention == "30d")
    #expect(spec.sendsSignals && spec.keepsInClickHouse)
    let endpoint = try #require(spec.clickHouse?.endpoint)
    #expect((endpoint.port, endpoint.httpPort, endpoint.tls) == (9000, 8123, true))
    #expect(endpoint.passwordSecretRef?.key == "password")
    #expect((endpoint.caSecretRef?.name, endpoint.caSecretRef?.key) == ("ca", "ca.pem"))
    #expect((spec.clickHouse?.database, spec.clickHouse?.cluster) == ("signals", "main"))
    #expect(spec.clickHouse?.ignore == [.diskFull, .versionTooOld])
    #expect(spec.gateway.queueStorageClassName == "local")
    #expect(spec.coroot.ui.tls.secretName == "t")
    #expect(try decode(["clickHouse": ["application": [:]]]).clickHouse?.application?.name == "coroot")
    #expect(try decode(["clickHouse": ["application": [:]]]).clickHouse?.database == "otel")
  }

  /// A default of the schema would be kept by the API server beside an endpoint that comes later.
  @Test func victoriaWithoutAddressIsThatOfTheRootTenant() throws {
    let logs = try decode(["logs": ["destination": "VictoriaLogs"]]).logs.route
    #expect(logs.tenant == .default)
    #expect(try decode(["traces": ["destination": "VictoriaTraces"]]).traces.route.tenant == .default)
    let given = try decode(["logs": ["destination": "VictoriaLogs", "endpoint": "http://v:9428"]]).logs.route
    #expect(given.tenant == nil)
    let named = try decode(["logs": ["destination": "VictoriaLogs", "tenant": ["namespace": "tenant-a"]]]).logs.route
    #expect((named.tenant?.namespace, named.tenant?.storage) == ("tenant-a", "generic"))
  }

  @Test func amountsAreCanonical() throws {
    let resources = try decode([
      "nodeAgent": [
        "resources": ["requests": ["cpu": 1, "memory": "1024Mi"], "limits": ["cpu": "1.5", "memory": 2_147_483_648]]
      ]
    ]).nodeAgent.resources
    #expect(resources["requests"] == ["cpu": "1", "memory": "1Gi"])
    #expect(resources["limits"] == ["cpu": "1500m", "memory": "2147483648"])
  }

  /// What the API server does too: `kubectl apply` of what was read back changes nothing.
  @Test func defaultingIsIdempotent() throws {
    let once = try ObservabilityDecoder.defaulted(object([:]))
    #expect(try ObservabilityDecoder.defaulted(once) == once)
    #expect(once[path: "spec", "metrics", "victoriaMetrics"] == [:], "no tenant: URLs may come later")
  }

  @Test("Every default image has a tag that does not move, and its digest, where known, with an origin")
  func imagesArePinned() {
    for image in DefaultImages.all {
      #expect(!["latest", ""].contains(image.tag))
      switch image.digest {
      case .known(let digest, let origin):
        #expect(digest.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil && !origin.isEmpty, "\(image)")
        #expect(image.description == "\(image.repository):\(image.tag)@\(digest)")
      case .unknown(let reason):
        #expect(!reason.isEmpty, "\(image)")
        #expect(image.description == "\(image.repository):\(image.tag)")
      }
    }
    #expect(Set(DefaultImages.all.map(\.repository)).count == DefaultImages.all.count)
    #expect(Set(DefaultImages.inUse).isSubset(of: DefaultImages.all))
    #expect(DefaultImages.nodeAgent.description.hasPrefix("ghcr.io/coroot/coroot-node-agent:1.35.6"))
  }

  @Test("A known digest follows the tag in the name of the image")
  func theDigestIsPartOfTheName() {
    let digest = "sha256:" + String(repeating: "0", count: 64)
    let image = DefaultImages.Pinned(repository: "example.org/a", tag: "1", digest: .known(digest, from: "a test"))
    #expect(image.description == "example.org/a:1@\(digest)")
  }
}
