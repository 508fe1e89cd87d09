// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// A program that tells who we are (KEP-541, `k8s.io/client-go/tools/clientcmd/api/types.go`: `ExecConfig`).
///
/// It is run as soon as a request needs credentials and again when they expire or are refused, once however many requests
/// wait. It gets no terminal and no input.
public struct CredentialPlugin: Hashable, Sendable, CustomStringConvertible {
  /// The form in which the program is asked and answers.
  public enum Version: String, Hashable, Sendable, CaseIterable {
    case v1 = "client.authentication.k8s.io/v1"
    case v1beta1 = "client.authentication.k8s.io/v1beta1"
  }

  /// The form in which the program is asked and answers.
  public var version: Version
  /// The program: a path, or a name to be found by `PATH`.
  public var command: String
  /// What it is called with.
  public var arguments: [String]
  /// The variables that it gets beside those of this process.
  public var environment: [String: String]
  /// What to tell whoever lacks the program.
  public var installHint: String?
  /// What the program is told of the cluster, or nil for nothing: `spec.cluster` of `KUBERNETES_EXEC_INFO`.
  public var cluster: JSONObject?

  /// A program of that name.
  public init(
    version: Version = .v1, command: String, arguments: [String] = [], environment: [String: String] = [:],
    installHint: String? = nil, cluster: JSONObject? = nil
  ) {
    self.version = version
    self.command = command
    self.arguments = arguments
    self.environment = environment
    self.installHint = installHint
    self.cluster = cluster
  }

  /// The program's name; arguments and variables may hold secrets.
  public var description: String { "credential plugin \(command)" }

  /// The value of `KUBERNETES_EXEC_INFO`.
  var executionInfo: String {
    var spec: JSONObject = ["interactive": false]
    spec["cluster"] = cluster.map(JSONValue.object)
    return String(
      decoding: JSONWriter.bytes([
        "apiVersion": .string(version.rawValue), "kind": "ExecCredential", "spec": .object(spec),
      ]), as: UTF8.self)
  }

  /// `NAME=value` for each variable that the program gets.
  ///
  /// - Parameter inherited: those of this process, in the same form.
  func environment(inherited: [String]) -> [String] {
    var own = environment
    own["KUBERNETES_EXEC_INFO"] = executionInfo
    let kept = inherited.filter { line in own[String(line.prefix { $0 != "=" })] == nil }
    return kept + own.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }
}
