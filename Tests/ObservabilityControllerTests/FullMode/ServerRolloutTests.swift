// SPDX-License-Identifier: Apache-2.0

import CorootStub
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// When servers are started again, and what is said while they are not all there.
@Suite struct ServerRolloutTests {
  typealias Full = FullModeTests

  @Test("Other certificate authorities restart the servers, which read them at their start only")
  func otherAuthorities() async throws {
    let (cluster, pod) = try await Full.cluster()
    func authorities(_ pem: String) async throws {
      try await cluster.server.apply([
        "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "vm-ca", "namespace": "cozy-coroot"],
        "data": ["ca.crt": .string(Base64.encode(Array(pem.utf8)))],
      ])
    }
    var spec = Full.spec
    spec["metrics"] = [
      "victoriaMetrics": [
        "writeURL": "https://vminsert-shortterm.tenant-root.svc:8480/insert/0/prometheus/api/v1/write",
        "readURL": "https://vmselect-shortterm.tenant-root.svc:8481/select/0/prometheus",
        "caSecretRef": ["name": "vm-ca"],
      ]
    ]
    try await authorities(CertificateAuthoritiesTests.pem)
    let object = TestCluster.object(spec: spec)
    try await cluster.withOperator { _ in
      try await cluster.apply(object)
      let set = try await cluster.wait(for: .statefulSets, Full.server) { $0 != nil }
      let template = set?[path: "spec", "template", "metadata", "annotations"]
      try await authorities(CertificateAuthoritiesTests.pem + CertificateAuthoritiesTests.pem)
      try await cluster.wait(for: .statefulSets, Full.server, within: .seconds(20)) {
        $0?[path: "spec", "template", "metadata", "annotations"] != template
      }
      _ = pod
    }
  }

  @Test("What keeps the first of two servers from being wired is said, and not only that the second is not there")
  func firstOfTwo() async throws {
    let (cluster, pod) = try await Full.cluster()
    pod.setClickHousePassword("another")
    try await cluster.server.apply([
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "postgres-coroot", "namespace": "cozy-coroot"],
      "data": ["password": .string(Base64.encode(Array("secret".utf8)))],
    ])
    var spec = Full.spec
    spec["coroot"] = [
      "replicas": 2, "postgres": ["host": "pg.tenant-root.svc", "passwordSecretRef": ["name": "postgres-coroot"]],
    ]
    let object = TestCluster.object(spec: spec)
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(object)
      try await cluster.wait(
        condition: "CorootAvailable", is: "False", reason: "IntegrationRefused", within: .seconds(30))
      #expect(try await cluster.admin.get(.statefulSets, Full.server)[path: "spec", "replicas"] == 1)
      pod.setClickHousePassword(Full.password)
      try await cluster.wait(condition: "CorootAvailable", within: .seconds(60))
      #expect(try await cluster.admin.get(.statefulSets, Full.server)[path: "spec", "replicas"] == 2)
    }
  }
}
