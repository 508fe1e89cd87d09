// SPDX-License-Identifier: Apache-2.0

/// Who asks.
public struct Identity: Hashable, Sendable {
  /// The user's name.
  public var user: String
  /// The groups the user is in.
  public var groups: [String]

  /// A user in groups; `system:authenticated` is added.
  public init(user: String, groups: [String] = []) {
    self.user = user
    self.groups = groups + ["system:authenticated"]
  }

  private init(user: String, exactGroups: [String]) {
    self.user = user
    self.groups = exactGroups
  }

  /// A cluster admin, who may do everything.
  public static let admin = Identity(user: "admin", groups: ["system:masters"])
  /// Someone who came without a token.
  public static let anonymous = Identity(user: "system:anonymous", exactGroups: ["system:unauthenticated"])

  /// A service account, as its token makes it known.
  public static func serviceAccount(namespace: String, name: String) -> Identity {
    Identity(
      user: "system:serviceaccount:\(namespace):\(name)",
      groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"])
  }
}
