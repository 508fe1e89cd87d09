// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore

/// What one reflector watches: a type, narrowed down.
public struct WatchTarget: Hashable, Sendable, CustomStringConvertible {
  /// The type.
  public let type: ResourceType
  /// The namespace, or nil for all.
  public let namespace: String?
  /// A label selector in the API's text form.
  public let labelSelector: String?
  /// A field selector in the API's text form.
  public let fieldSelector: String?

  /// A target with everything not given left open.
  public init(
    _ type: ResourceType, namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil
  ) {
    self.type = type
    self.namespace = namespace
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
  }

  /// One object by its name, so that the right to read that name suffices
  /// (kubernetes.io/docs/reference/access-authn-authz/rbac, "Referring to resources").
  public static func named(_ type: ResourceType, _ key: ObjectKey) -> WatchTarget {
    WatchTarget(type, namespace: key.namespace, fieldSelector: "metadata.name=\(key.name)")
  }

  /// `daemonsets.apps in cozy-coroot where app=x`.
  public var description: String {
    let selectors = [labelSelector, fieldSelector].compactMap(\.self)
    return type.description + (namespace.map { " in \($0)" } ?? "")
      + (selectors.isEmpty ? "" : " where \(selectors.joined(separator: ","))")
  }
}
