// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesCore

/// Whom the server is asked to take us for; it asks in turn whether we may `impersonate`
/// (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation).
public struct Impersonation: Hashable, Sendable {
  /// The user's name.
  public var user: String
  /// The user's uid, or nil for none.
  public var uid: String?
  /// The groups.
  public var groups: [String]
  /// What else is known of the user.
  public var extra: [String: [String]]

  /// A user of that name.
  public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
    self.user = user
    self.uid = uid
    self.groups = groups
    self.extra = extra
  }

  /// The header fields that say so.
  var headers: [HTTPField] {
    var fields = [HTTPField("Impersonate-User", user)]
    if let uid { fields.append(HTTPField("Impersonate-Uid", uid)) }
    fields += groups.map { HTTPField("Impersonate-Group", $0) }
    for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
      // A name may hold less than a key may; the server takes the percent-encoding off.
      fields += values.map { HTTPField("Impersonate-Extra-" + PercentEncoding.encode(key), $0) }
    }
    return fields
  }
}
