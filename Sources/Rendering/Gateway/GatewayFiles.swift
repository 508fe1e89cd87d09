// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// The files of the collector, which the gateway's Secret holds and its container mounts.
struct GatewayFiles {
  /// Where the container finds them.
  static let folder = "/etc/observability-gateway"
  /// Where the claim of the queue is mounted.
  static let dataFolder = "/var/lib/observability-gateway"
  /// Where the queues are: below the mount, whose own folder may hold `lost+found`.
  static let queueFolder = "\(dataFolder)/queue"

  private static let configuration = "config.yaml"
  private static let credentials = "credentials.yaml"

  private let files: [(key: String, bytes: [UInt8])]

  init(_ context: RenderContext, _ inputs: GatewayInputs) {
    let collector = CollectorConfiguration(context, inputs)
    let authorities = CollectorExporter.all(inputs).compactMap { exporter in
      exporter.certificateAuthority.map { (key: CollectorExporter.caKey(exporter.signal), bytes: $0) }
    }
    files =
      [
        (key: Self.configuration, bytes: Array(collector.text.utf8)),
        (key: Self.credentials, bytes: Array(collector.credentialsText.utf8)),
      ] + authorities
  }

  /// The members of the Secret.
  var secret: JSONObject {
    ["type": "Opaque", "data": .object(JSONObject(files.map { ($0.key, .string(Base64.encode($0.bytes))) }))]
  }

  /// The command line of the collector. Of several files the later one wins, member by member.
  static var arguments: [String] { [configuration, credentials].map { "--config=\(folder)/\($0)" } }

  /// The volume of the files. The collector's group reads them, no one else.
  func volume(name: String, secret: String) -> JSONObject {
    let items: [JSONValue] = files.map { ["key": .string($0.key), "path": .string($0.key)] }
    return [
      "name": .string(name),
      "secret": ["secretName": .string(secret), "defaultMode": 0o440, "items": .array(items)],
    ]
  }

  /// A hash of the configuration, which holds no secret.
  var configurationHash: String { ShortHash.text(files[0].bytes) }
}
