// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The container that runs the Coroot server.
enum CorootContainer {
  static let configurationVolume = "configuration"

  static func manifest(_ context: RenderContext, _ files: CorootFiles) -> JSONObject {
    let image = context.spec.images.coroot
    let name = ImageReference(DefaultImages.coroot.description).applying(image, registry: context.spec.images.registry)
    var container: JSONObject = [
      "name": .string(CorootShape.container),
      "image": .string(name.text),
      "args": [.string("--config=\(CorootFiles.configurationFile)")],
      "env": .array(environment(context, files).map { .object($0) }),
      "ports": [
        ["name": .string(CorootShape.portName), "containerPort": .integer(CorootShape.port), "protocol": "TCP"]
      ],
      "resources": .object(context.spec.coroot.resources.withoutZeroValues),
      "securityContext": .object(ConfinedPod.containerSecurity),
      "volumeMounts": [
        ["name": .string(configurationVolume), "mountPath": .string(CorootFiles.folder), "readOnly": true],
        ["name": .string(CorootShape.claimTemplate), "mountPath": .string(CorootShape.dataFolder)],
      ],
      // While Services still lead here, requests are served: the server ends at once and drains none of them.
      "lifecycle": ["preStop": ["sleep": ["seconds": 10]]],
      // Its last words name a configuration or a database that it cannot use.
      "terminationMessagePolicy": "FallbackToLogsOnError",
    ]
    if let policy = image.pullPolicy, !policy.isEmpty { container["imagePullPolicy"] = .string(policy) }
    let port = CorootShape.portName
    // It listens after the tables of its own database are made, which a slow volume delays.
    container["startupProbe"] = .object(ConfinedPod.healthProbe(port: port, period: 5, failures: 60))
    container["readinessProbe"] = .object(ConfinedPod.healthProbe(port: port, period: 5, failures: 3))
    container["livenessProbe"] = .object(ConfinedPod.healthProbe(port: port, period: 15, failures: 6))
    return container
  }

  private static func environment(_ context: RenderContext, _ files: CorootFiles) -> [JSONObject] {
    let object = context.object.name
    var variables = EnvironmentVariables()
    variables.set(
      CorootConfiguration.projectVariable, secret: CorootShape.keysName(of: object), key: CorootShape.projectKey)
    variables.set(
      CorootConfiguration.guardVariable, secret: CorootShape.keysName(of: object), key: CorootShape.guardKey)
    // A variable of the server's own and not a reference in the file, where it would be read as YAML.
    variables.set(
      "AUTH_BOOTSTRAP_ADMIN_PASSWORD", secret: CorootShape.adminName(of: object), key: CorootShape.passwordKey)
    if files.hasConnection {
      variables.set("PG_CONNECTION_STRING", secret: context.name(of: .coroot), key: CorootFiles.connectionKey)
    }
    if let file = files.authoritiesFile { variables.set("SSL_CERT_FILE", file) }
    if let limit = ConfinedPod.goMemoryLimit(context.spec.coroot.resources) { variables.set("GOMEMLIMIT", limit) }
    return variables.entries
  }
}
