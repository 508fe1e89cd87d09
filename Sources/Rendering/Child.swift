// SPDX-License-Identifier: Apache-2.0

import JSON

/// One object that an `Observability` asks for, ready to be applied.
public struct Child: Hashable, Sendable {
  /// The API group; empty for the core group.
  public var group: String
  /// The API version without the group: `v1`.
  public var version: String
  /// The kind: `DaemonSet`.
  public var kind: String
  /// The name of the resource in request paths: `daemonsets`.
  public var plural: String
  /// The namespace that the object lives in.
  public var namespace: String
  /// The object's name.
  public var name: String
  /// The whole object, with `apiVersion`, `kind` and `metadata`.
  ///
  /// It holds no member that the API server would leave out, and quantities stand in their canonical form, so that it
  /// can be compared with the live object.
  public var manifest: JSONObject

  /// A child made of its parts.
  public init(
    group: String, version: String, kind: String, plural: String, namespace: String, name: String, manifest: JSONObject
  ) {
    self.group = group
    self.version = version
    self.kind = kind
    self.plural = plural
    self.namespace = namespace
    self.name = name
    self.manifest = manifest
  }
}

/// The resources that are rendered.
struct ChildType {
  let group: String
  let version: String
  let kind: String
  let plural: String

  var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  static let serviceAccount = ChildType(group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts")
  static let configMap = ChildType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
  static let networkPolicy = ChildType(
    group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies")
  static let daemonSet = ChildType(group: "apps", version: "v1", kind: "DaemonSet", plural: "daemonsets")
  static let podScrape = ChildType(
    group: "operator.victoriametrics.com", version: "v1beta1", kind: "VMPodScrape", plural: "vmpodscrapes")
}
