// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Rendering
import Testing
import YAML

@testable import ObservabilityAPI

/// One object of the matrix that is rendered, and the facts it is rendered with.
struct Fixture: Sendable, CustomTestStringConvertible {
  let name: String
  var object: Observability
  var facts: PlatformFacts

  var testDescription: String { name }

  init(
    _ name: String, _ change: (inout ObservabilitySpec) -> Void = { _ in },
    facts changeFacts: (inout PlatformFacts) -> Void = { _ in }
  ) {
    self.name = name
    object = Observability(
      name: "platform", uid: Self.uid, generation: 1, spec: .defaults)
    facts = PlatformFacts(
      metrics: .init(
        writeURL: try? HTTPURL("http://vminsert-shortterm.tenant-root.svc:8480/insert/0/prometheus/api/v1/write"),
        readURL: try? HTTPURL("http://vmselect-shortterm.tenant-root.svc:8481/select/0/prometheus")),
      operatorImage: DefaultImages.operator.description, operatorVersion: DefaultImages.release)
    change(&object.spec)
    changeFacts(&facts)
  }

  /// An object as its YAML says, with the facts that an operator would find in a cluster of Cozystack.
  init(sample file: String) throws {
    self.init("sample-" + file.prefix { $0 != "." })
    let text = try #require(Files.read(Files.samples + file))
    object = try ObservabilityDecoder.decode(YAMLDecoder.document(text))
    object.uid = Self.uid
    let backend = object.spec.metrics.victoriaMetrics
    let tenant = backend.tenant ?? .default
    facts.metrics.writeURL = try HTTPURL(
      backend.writeURL
        ?? "http://vminsert-\(tenant.storage).\(tenant.namespace).svc:8480/insert/0/prometheus/api/v1/write")
    facts.metrics.readURL = try HTTPURL(
      backend.readURL ?? "http://vmselect-\(tenant.storage).\(tenant.namespace).svc:8481/select/0/prometheus")
    if backend.credentialsSecretRef != nil { facts.credentialsHash = "0123456789abcdef" }
    if backend.caSecretRef != nil { facts.caHash = "fedcba9876543210" }
  }

  static let uid = "526204f2-2f7f-46c1-a2b5-b765043a355c"

  var children: [Child] { Renderer.children(of: object, facts: facts) }

  func child(_ kind: String) -> JSONValue? {
    children.first { $0.kind == kind }.map { .object($0.manifest.content) }
  }

  /// The pod's specification.
  var pod: JSONValue? { child("DaemonSet")?[path: "spec", "template", "spec"] }

  /// The agent's container.
  var agent: JSONValue? { pod?["containers"]?.array?.first }

  /// The init container.
  var preflight: JSONValue? { pod?["initContainers"]?.array?.first }

  /// The agent's variables with a fixed value.
  var environment: [String: String] {
    var values: [String: String] = [:]
    for entry in agent?["env"]?.array ?? [] { values[entry["name"]?.string ?? ""] = entry["value"]?.string }
    return values
  }
}

extension ObservabilitySpec {
  /// What an object with an empty specification means.
  static let defaults: ObservabilitySpec = {
    do {
      return try ObservabilityDecoder.decode([
        "apiVersion": "observability.cozystack.io/v1alpha1", "kind": "Observability", "metadata": ["name": "platform"],
        "spec": [:],
      ]).spec
    } catch {
      preconditionFailure("\(error)")
    }
  }()
}

extension SecretReference {
  static func secret(_ name: String, key: String? = nil) -> SecretReference { SecretReference(name: name, key: key) }
}

extension NodeAgent.Features {
  static func all(_ on: Bool) -> Self {
    Self(l7: on, ping: on, jvm: on, dotnet: on, goHeap: on, gpu: on, diskDelay: on, logMetrics: on)
  }
}

extension NodeAgent.Security.Seccomp {
  static func localhost(_ profile: String) -> Self { Self(type: .localhost, localhostProfile: profile) }
}
