// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// The volumes of the agent's pod and where its container finds them.
enum AgentVolumes {
  private static let caFolder = "/etc/observability/ca"
  private static let caFileName = "ca.crt"
  static let spool = "spool"
  static let certificates = "metrics-ca"
  /// Where the agent finds the CA of the metrics backend.
  static let caFile = "\(caFolder)/\(caFileName)"

  private struct Volume {
    let name: String
    let mountPath: String
    let readOnly: Bool
    let source: (key: String, value: JSONValue)
  }

  static func volumes(_ context: RenderContext) -> JSONValue {
    .array(list(context).map { .object(["name": .string($0.name), $0.source.key: $0.source.value]) })
  }

  static func mounts(_ context: RenderContext) -> JSONValue {
    .array(
      list(context).map { volume in
        var mount: JSONObject = ["name": .string(volume.name), "mountPath": .string(volume.mountPath)]
        if volume.readOnly { mount["readOnly"] = true }
        return .object(mount)
      })
  }

  private static func list(_ context: RenderContext) -> [Volume] {
    var volumes = CapabilityTable.rowsOn(context.spec).flatMap(\.hostPaths).map { host in
      Volume(
        name: host.volume, mountPath: host.mountPath, readOnly: true,
        source: ("hostPath", ["path": .string(host.path)]))
    }
    guard context.isPush else { return volumes }
    // The agent's only place to write: the queue of what could not be sent yet. On disk, as memory would count towards
    // the container's limit.
    let size = AgentResources.mebibytes(context.spool.volumeLimit)
    volumes.append(
      Volume(name: spool, mountPath: "/tmp", readOnly: false, source: ("emptyDir", ["sizeLimit": .string(size)])))
    if let secret = context.spec.metrics.victoriaMetrics.caSecretRef {
      let item: JSONValue = ["key": .string(secret.key ?? "ca.crt"), "path": .string(caFileName)]
      volumes.append(
        Volume(
          name: certificates, mountPath: caFolder, readOnly: true,
          source: ("secret", ["secretName": .string(secret.name), "items": [item]])))
    }
    return volumes
  }
}
