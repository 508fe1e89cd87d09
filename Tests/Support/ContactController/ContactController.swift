// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import UnixSignals

/// Gives every Namespace annotated with `example.com/contact` a ConfigMap `contact` that tells its pods whom to call.
struct ContactController: Sendable {
  static let annotation = "example.com/contact"
  static let label = "app.kubernetes.io/managed-by"
  let program: ControllerProgram

  init(api: any KubernetesAPI, options: ControllerProgram.Options = .init(), logger: Logger) {
    program = ControllerProgram(
      name: "contact-controller", api: api,
      sources: [
        .objects(WatchTarget(.namespaces)),
        .children(WatchTarget(.configMaps, labelSelector: "\(Self.label)=contact-controller"), of: .namespaces),
      ], options: options, logger: logger, reconcile: Self.reconcile)
  }

  /// Runs whenever the Namespace or its ConfigMap has changed, and must do nothing when nothing is to be done.
  static func reconcile(_ context: ReconcileContext) async throws -> Outcome {
    // A Namespace that goes takes what is in it along.
    guard let namespace = context.object(.namespaces, context.key), !namespace.isBeingDeleted else { return .settled }
    let child = ObjectKey(namespace: namespace.name, name: "contact")
    guard let contact = namespace.annotations[annotation] else {
      try await context.delete(.configMaps, child, ownedBy: namespace)
      return .settled
    }
    guard contact.contains("@") else {
      // Trying again cannot heal this; the next change of the Namespace can.
      throw TerminalError(BadContact(namespace: namespace.name, text: contact))
    }
    var config = KubernetesObject(type: .configMaps, namespace: child.namespace, name: child.name)
    config["metadata"]?["labels"] = [label: "contact-controller"]
    config["data"] = ["mail": .string(contact)]
    try await context.apply(.configMaps, config, ownedBy: namespace)
    return .settled
  }
}

struct BadContact: Error, CustomStringConvertible {
  let namespace: String
  let text: String
  var description: String {
    "namespace \(namespace): \(ContactController.annotation) is \"\(text)\", which is no mail address"
  }
}

@main struct ContactCommand {
  static func main() async throws {
    let userAgent = "contact-controller/1.0"
    let client = KubernetesClient(
      transport: try CurlTransport(userAgent: userAgent), configuration: try .discover(),
      options: .init(userAgent: userAgent))
    var options = ControllerProgram.Options()
    options.lease = ObjectKey(namespace: "default", name: "contact-controller")
    let logger = Logger(label: "contact-controller")
    let controller = ContactController(api: client, options: options, logger: logger)
    let group = ServiceGroup(
      services: [controller.program], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    // Throws if the lease is lost: the process must end then.
    try await group.run()
  }
}
