// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import ObservabilityController
import Rendering

/// Reads what ``CheckReport`` is made of. Thin: nothing is decided here but what need not be read.
///
/// The number of requests is bounded. For the cluster 8: version, schema, objects, Deployment (twice if it is not where it
/// is looked for), its pods, Lease and nodes; and one review for each verb of each right outside the namespaces of children.
/// For each object 16 at most: namespace, verdicts, DaemonSet, pods, claims, three Services with their slices, the place of
/// dashboards, two kinds, the Grafanas and their dashboards; and the reviews of its namespace and of the Grafana's, once for
/// each namespace. Lists come in pages of 500.
package struct Survey: Sendable {
  /// Where to look for the operator.
  package struct Place: Hashable, Sendable {
    /// The namespace; nil for where `config/default` has it, or else any.
    package var namespace: String?
    /// The name of the Lease.
    package var lease: String

    /// A place to look at.
    package init(namespace: String? = nil, lease: String) {
      self.namespace = namespace
      self.lease = lease
    }
  }

  private let reader: ClusterReader
  private let place: Place

  /// A survey with the rights of that client.
  package init(_ client: KubernetesClient, place: Place) {
    reader = ClusterReader(client)
    self.place = place
  }

  /// Reads the surroundings.
  ///
  /// - Parameters:
  ///   - server: the address of the API server.
  ///   - name: the only object to check; nil for all.
  /// - Throws: ``UnknownObject`` if there is no object of that name.
  package func read(server: String, name: String?) async throws(UnknownObject) -> Surroundings {
    var surroundings = Surroundings(server: server, now: .now())
    surroundings.version = await reader.version()
    // Without an answer there is none to anything else; a refusal is one.
    if case .failed = surroundings.version { return surroundings }
    surroundings.definition = await reader.schema(of: .observabilities).map {
      $0.map(DefinitionDifference.init(served:))
    }
    if case .read(nil) = surroundings.definition { return surroundings }
    let list = await reader.list(.observabilities)
    if let name, let objects = list.value, !objects.contains(where: { $0.name == name }) {
      throw UnknownObject(name: name, known: objects.map(\.name))
    }
    surroundings.operator = await operatorSurroundings()
    let objects = (list.value ?? []).filter { name == nil || $0.name == name }
    if !objects.isEmpty { surroundings.nodes = await reader.list(.nodes) }
    var read: [ObjectSurroundings] = []
    var rights: [String: Reading<[RightAnswer]>] = [:]
    let difference = surroundings.definition.value ?? nil
    for object in objects { read.append(await around(object, difference, surroundings.operator, &rights)) }
    surroundings.objects = list.map { _ in read }
    return surroundings
  }

  private func operatorSurroundings() async -> OperatorSurroundings {
    let labels = "\(WellKnownLabel.name)=\(RoleManifests.operatorName)"
    var result = OperatorSurroundings()
    result.namespace = place.namespace ?? RoleManifests.operatorNamespace
    result.account = RoleManifests.operatorName
    var deployments = await reader.list(.deployments, namespace: result.namespace, labels: labels)
    if case .read(let found) = deployments, found.isEmpty, place.namespace == nil {
      let anywhere = await reader.list(.deployments, labels: labels)
      if anywhere.value?.isEmpty == false { deployments = anywhere }
    }
    result.deployment = deployments.map(\.first)
    if case .read(let deployment?) = result.deployment {
      result.namespace = deployment.namespace ?? result.namespace
      result.account =
        deployment[path: "spec", "template", "spec", "serviceAccountName"]?.string ?? RoleManifests.operatorName
      result.pods = await reader.list(.pods, namespace: result.namespace, labels: labels)
    }
    result.lease = await reader.get(.leases, ObjectKey(namespace: result.namespace, name: place.lease))
    let questions = RightQuestion.all([
      .cluster: nil, .operatorNamespace: result.namespace, .eventsNamespace: "default",
    ])
    result.rights = await reader.ask(questions, about: ObjectKey(namespace: result.namespace, name: result.account))
    return result
  }

  private func around(
    _ object: KubernetesObject, _ difference: DefinitionDifference?, _ program: OperatorSurroundings,
    _ rights: inout [String: Reading<[RightAnswer]>]
  ) async -> ObjectSurroundings {
    var result = ObjectSurroundings(object)
    // What cannot be decoded has no namespace that anything follows from.
    let content = JSONValue.object(object.content)
    let known = difference?.withoutUnknownDefaults(content) ?? content
    guard let spec = try? ObservabilityDecoder.decode(known).spec else { return result }
    result.namespace = await reader.get(.namespaces, ObjectKey(name: spec.namespace))
    if case .read(nil) = result.namespace { return result }
    if rights[spec.namespace] == nil {
      rights[spec.namespace] = await reader.ask(
        RightQuestion.all([.children: spec.namespace]),
        about: ObjectKey(namespace: program.namespace, name: program.account))
    }
    result.rights = rights[spec.namespace] ?? .notRead
    await readChildren(&result, spec)
    for service in ServiceSurroundings.all(of: object, in: spec.namespace) {
      result.services.append(await read(service))
    }
    result.dashboards = await dashboards(spec, program, &rights)
    return result
  }

  private func readChildren(_ result: inout ObjectSurroundings, _ spec: ObservabilitySpec) async {
    let name = result.object.name
    let names = ChildNames(name, in: spec.namespace)
    result.verdicts = await reader.get(.configMaps, names.verdicts)
    result.daemonSet = await reader.get(.daemonSets, names.daemonSet)
    result.pods = await reader.list(
      .pods, namespace: spec.namespace, labels: "\(Watches.objectLabel)=\(name)")
    guard names.haveClaims(spec) else { return }
    // A StatefulSet gives its claims the labels of its selector (`pkg/controller/statefulset/stateful_set_utils.go`).
    result.claims = await reader.list(
      .persistentVolumeClaims, namespace: spec.namespace, labels: "\(WellKnownLabel.instance)=\(name)")
  }

  private func read(_ service: ServiceSurroundings) async -> ServiceSurroundings {
    var result = service
    result.service = await reader.get(.services, service.key)
    guard case .read(let found?) = result.service, found[path: "spec", "type"] != "ExternalName" else { return result }
    result.slices = await reader.list(
      .endpointSlices, namespace: service.key.namespace, labels: "kubernetes.io/service-name=\(service.key.name)")
    return result
  }

  private func dashboards(
    _ spec: ObservabilitySpec, _ program: OperatorSurroundings, _ rights: inout [String: Reading<[RightAnswer]>]
  ) async -> DashboardSurroundings {
    var result = DashboardSurroundings()
    guard spec.dashboards.enabled || spec.alerts.enabled else { return result }
    result.servesRules = await reader.serves(.rules)
    guard spec.dashboards.enabled else { return result }
    let namespace = spec.dashboards.namespace
    result.namespace = await reader.get(.namespaces, ObjectKey(name: namespace))
    result.servesDashboards = await reader.serves(.grafanaDashboards)
    guard case .read(true) = result.servesDashboards else { return result }
    if case .read(nil) = result.namespace { return result }
    let place = "\(namespace), dashboards"
    if rights[place] == nil {
      rights[place] = await reader.ask(
        RightQuestion.dashboards(in: namespace), about: ObjectKey(namespace: program.namespace, name: program.account))
    }
    result.rights = rights[place] ?? .notRead
    result.grafanas = await reader.list(.grafanas, namespace: namespace)
    result.published = await reader.list(.grafanaDashboards, namespace: namespace, labels: Watches.objectLabel)
    return result
  }
}

/// There is no object of that name.
package struct UnknownObject: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name that was given.
  package let name: String
  /// The names of those that exist.
  package let known: [String]

  /// What is wrong, and which names would not be.
  package var description: String {
    let name = name.cleaned(bytes: 253)
    guard !known.isEmpty else {
      return "there is no Observability \(name), and no other: apply one, such as config/samples/agents-only.yaml"
    }
    let shown = known.prefix(20).joined(separator: ", ")
    return "there is no Observability \(name); there are: \(shown)" + (known.count > 20 ? " and others" : "")
  }
}
