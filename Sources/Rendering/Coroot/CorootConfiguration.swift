// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import YAML

/// The configuration file of the Coroot server, for 1.24.5 (`config/config.go`).
///
/// Before it is read as YAML, `$name` and `${name}` anywhere in it are replaced by variables of the environment, and an
/// unset one by nothing (`os.ExpandEnv`). So the only `$` in it are those of the two API keys, which are letters and
/// digits. A project without a key makes the server exit: a missing key closes ingestion and never opens it.
struct CorootConfiguration {
  /// The variable with the API key of the object's project.
  static let projectVariable = "COROOT_PROJECT_KEY"
  /// The variable with the API key of the second project.
  static let guardVariable = "COROOT_GUARD_KEY"

  private let object: String
  private let retention: Coroot.Retention

  init(_ context: RenderContext) {
    object = context.object.name
    retention = context.spec.coroot.retention
  }

  /// The text of the file, which holds no secret. Keys are quoted, since one of digits alone is a number to YAML.
  var text: String {
    [Self.projectVariable, Self.guardVariable].map { "${\($0)}" }
      .reduce(YAMLEncoder.text(.object(document), order: .asGiven)) { $0.replacing($1, with: "\"\($1)\"") }
  }

  var document: JSONObject {
    [
      "listen_address": .string(":\(CorootShape.port)"),
      // Traces and logs come over HTTP only.
      "grpc": ["disabled": true],
      "data_dir": .string(CorootShape.dataFolder),
      "cache": ["ttl": .string(retention.cache)],
      "traces": ["ttl": .string(retention.traces)],
      "logs": ["ttl": .string(retention.logs)],
      "profiles": ["ttl": .string(retention.profiles)],
      "auth": ["bootstrap_admin_password": .string(Self.unusable)],
      "projects": [
        Self.project(CorootShape.project(of: object), key: Self.projectVariable),
        Self.project(CorootShape.guardProject(of: object), key: Self.guardVariable),
      ],
      "do_not_check_for_updates": true,
      "disable_usage_statistics": true,
      // It counts parts as partitions and can drop the data of today.
      "clickhouse_space_manager": ["enabled": false],
    ]
  }

  private static func project(_ name: String, key: String) -> JSONValue {
    ["name": .string(name), "apiKeys": [["key": .string("${\(key)}"), "description": "observability-operator"]]]
  }

  /// What the variable `AUTH_BOOTSTRAP_ADMIN_PASSWORD` takes the place of. Were that empty, the first visitor could choose
  /// the password of `admin`; with this one, longer than the 72 bytes that bcrypt takes, the server exits instead.
  private static let unusable = "unset-" + String(repeating: "x", count: 74)
}
