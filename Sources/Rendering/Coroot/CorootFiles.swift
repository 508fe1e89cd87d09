// SPDX-License-Identifier: Apache-2.0

import Digests
import JSON
import KubernetesCore

/// The members of the server's Secret: its configuration, the certificates it trusts and the login of PostgreSQL.
struct CorootFiles {
  /// Where the container finds the files.
  static let folder = "/etc/coroot"
  /// The file of the configuration.
  static let configurationFile = "\(folder)/\(configuration)"
  /// The key with the connection string, which is an environment variable and no file.
  static let connectionKey = "postgres"

  private static let configuration = "config.yaml"
  private static let authorities = "ca.crt"
  private static let postgresAuthorities = "postgres-ca.crt"

  /// What is mounted.
  private let files: [(key: String, bytes: [UInt8])]
  private let connection: String?

  init(_ context: RenderContext, _ inputs: CorootInputs) {
    var files = [(key: Self.configuration, bytes: Array(CorootConfiguration(context).text.utf8))]
    if let bundle = inputs.authorities { files.append((key: Self.authorities, bytes: bundle)) }
    if let bundle = inputs.postgres?.authorities { files.append((key: Self.postgresAuthorities, bytes: bundle)) }
    self.files = files
    connection = inputs.postgres.map {
      PostgresConnection.text($0, authorities: "\(Self.folder)/\(Self.postgresAuthorities)")
    }
  }

  /// Whether the state is in PostgreSQL.
  var hasConnection: Bool { connection != nil }

  /// The certificate authorities of VictoriaMetrics and ClickHouse, beside those of the image: Go reads the folder
  /// `/etc/pki/tls/certs` still when `SSL_CERT_FILE` is set (`crypto/x509/root_unix.go`).
  ///
  /// The server's own setting for ClickHouse, `tls_ca_file`, ends the process if the file is missing or no PEM.
  var authoritiesFile: String? {
    files.contains { $0.key == Self.authorities } ? "\(Self.folder)/\(Self.authorities)" : nil
  }

  /// The members of the Secret.
  var secret: JSONObject {
    var members = files.map { ($0.key, JSONValue.string(Base64.encode($0.bytes))) }
    if let connection { members.append((Self.connectionKey, .string(Base64.encode(Array(connection.utf8))))) }
    return ["type": "Opaque", "data": .object(JSONObject(members))]
  }

  /// The volume of the files. The server's group reads them, no other.
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

/// A hash for an annotation that rolls pods: 16 hexadecimal digits of SHA-256.
enum ShortHash {
  static func text(_ bytes: [UInt8]) -> String {
    SHA256.digest(bytes).prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
