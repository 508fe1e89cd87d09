// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// What the gatekeeper is rendered from beside the object, with secrets.
public struct UIInputs: Hashable, Sendable {
  /// The value of Coroot's session cookie that every user is given: that of a Viewer.
  public var session: SecretText
  /// The secret of a client that exists already; nil if the operator declares the client, with a secret of its own.
  public var clientSecret: SecretText?
  /// The certificate authorities of the provider as PEM, trusted beside those of the image; nil for those alone.
  public var authorities: [UInt8]?
  /// A salted hash of the secret values; the pods roll when it changes, since the proxy reads its files at its start.
  public var secretsHash: String?
  /// A salted hash of the secret of a client that the operator declares; nil until it is made.
  public var declaredClientHash: String?
  /// Where packets to the provider go; nil to judge by its address alone.
  public var issuer: PlatformFacts.Destination?

  /// Inputs made of their parts.
  public init(
    session: SecretText, clientSecret: SecretText? = nil, authorities: [UInt8]? = nil, secretsHash: String? = nil,
    declaredClientHash: String? = nil, issuer: PlatformFacts.Destination? = nil
  ) {
    self.session = session
    self.clientSecret = clientSecret
    self.authorities = authorities
    self.secretsHash = secretsHash
    self.declaredClientHash = declaredClientHash
    self.issuer = issuer
  }
}

extension UIInputs {
  /// Inputs for rendering without a cluster. In place of each secret value stands a text that says where it comes from.
  public init(offline spec: ObservabilitySpec) {
    func standIn(_ reference: SecretReference, _ key: String) -> String {
      "(of Secret \(reference.name), key \(reference.key ?? key))"
    }
    let oidc = spec.coroot.ui.oidc
    self.init(
      session: SecretText(text: "(of Coroot)"),
      clientSecret: oidc?.clientSecretRef.map { SecretText(text: standIn($0, UIShape.clientKey)) },
      authorities: oidc?.caSecretRef.map { Array(standIn($0, "ca.crt").utf8) })
  }
}
