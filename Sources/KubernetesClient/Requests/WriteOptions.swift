// SPDX-License-Identifier: Apache-2.0

public import JSON
import KubernetesCore

/// How to apply.
public struct ApplyOptions: Hashable, Sendable {
  /// The field manager.
  public var fieldManager: String
  /// Whether to take fields that another manager owns.
  public var force: Bool
  /// `status`, or nil for the object itself.
  public var subresource: String?
  /// Whether the server only answers what would become of it.
  public var dryRun: Bool

  /// Options with everything not given at its default.
  public init(fieldManager: String, force: Bool = false, subresource: String? = nil, dryRun: Bool = false) {
    self.fieldManager = fieldManager
    self.force = force
    self.subresource = subresource
    self.dryRun = dryRun
  }
}

/// A change to an object.
public enum Patch: Hashable, Sendable {
  /// A JSON merge patch (RFC 7386).
  case merge(JSONValue)
  /// A JSON patch (RFC 6902).
  case json([JSONValue])
}

/// How to write.
public struct WriteOptions: Hashable, Sendable {
  /// The field manager, or nil for the server to derive one from the user agent.
  public var fieldManager: String?
  /// `status`, or nil for the object itself.
  public var subresource: String?
  /// Whether the server only answers what would become of it.
  public var dryRun: Bool

  /// Options with everything not given left out.
  public init(fieldManager: String? = nil, subresource: String? = nil, dryRun: Bool = false) {
    self.fieldManager = fieldManager
    self.subresource = subresource
    self.dryRun = dryRun
  }
}

/// How to delete.
public struct DeleteOptions: Hashable, Sendable {
  /// What becomes of what the object owns.
  public enum Propagation: String, Hashable, Sendable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
  }

  /// The identity that the object must have: a delete then never hits a successor of the same name.
  public var uid: String?
  /// The version that the object must have.
  public var resourceVersion: String?
  /// What becomes of what the object owns.
  public var propagation: Propagation
  /// Whether the server only answers whether it would.
  public var dryRun: Bool

  /// Options with everything not given left out.
  public init(
    uid: String? = nil, resourceVersion: String? = nil, propagation: Propagation = .background, dryRun: Bool = false
  ) {
    self.uid = uid
    self.resourceVersion = resourceVersion
    self.propagation = propagation
    self.dryRun = dryRun
  }
}
