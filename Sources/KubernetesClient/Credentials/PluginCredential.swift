// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// What a credential plugin has told: an `ExecCredential` of client.authentication.k8s.io.
struct PluginCredential: Hashable, Sendable {
  /// Why an answer cannot be used; never with a part of it, which may be a secret.
  struct Mistake: Error, Hashable {
    let cause: String
  }

  /// The longest answer.
  static let limits = JSONLimits(bytes: 1 << 20, depth: 16)

  var token: String?
  var keyPair: KeyPair?
  /// When it ends; nil if it does not.
  var expiration: Timestamp?

  init(token: String? = nil, keyPair: KeyPair? = nil, expiration: Timestamp? = nil) {
    self.token = token
    self.keyPair = keyPair
    self.expiration = expiration
  }

  /// What the program wrote to its standard output.
  init(_ output: [UInt8], _ version: CredentialPlugin.Version) throws(Mistake) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONParser.parse(output, limits: Self.limits)
    } catch {
      // Without the parser's words, which may quote.
      throw Mistake(cause: "its output is not JSON (line \(error.line), column \(error.column))")
    }
    guard value["kind"]?.string == "ExecCredential" else { throw Mistake(cause: "its output is no ExecCredential") }
    guard value["apiVersion"]?.string == version.rawValue else {
      throw Mistake(cause: "its output has another apiVersion than the kubeconfig, \(version.rawValue)")
    }
    guard let status = value["status"]?.object else { throw Mistake(cause: "its output has no status") }
    token = try Self.text(status, "token")
    let certificate = try Self.text(status, "clientCertificateData")
    let key = try Self.text(status, "clientKeyData")
    guard (certificate == nil) == (key == nil) else {
      throw Mistake(cause: "status.clientCertificateData and status.clientKeyData need each other")
    }
    if let certificate, let key { keyPair = try Self.keyPair(certificate, key) }
    guard token != nil || keyPair != nil else {
      throw Mistake(cause: "its output has neither status.token nor status.clientCertificateData")
    }
    if let token, !Header.isToken(token) {
      throw Mistake(cause: "status.token: a space, a line break or the like is in it")
    }
    if let text = try Self.text(status, "expirationTimestamp") {
      guard let time = Timestamp(rfc3339: text) else {
        throw Mistake(cause: "status.expirationTimestamp: not an RFC 3339 time")
      }
      expiration = time
    }
  }

  private static func text(_ status: JSONObject, _ field: String) throws(Mistake) -> String? {
    switch status[field] {
    case nil, .null: return nil
    case .string(let text): return text.isEmpty ? nil : text
    case let other?: throw Mistake(cause: "status.\(field): expected string, found \(other.typeName)")
    }
  }

  private static func keyPair(_ certificate: String, _ key: String) throws(Mistake) -> KeyPair {
    let pair = KeyPair(certificate: Array(certificate.utf8), key: Array(key.utf8))
    guard PEM.hasCertificate(pair.certificate) else {
      throw Mistake(cause: "status.clientCertificateData: not a PEM certificate")
    }
    guard PEM.hasPrivateKey(pair.key) else { throw Mistake(cause: "status.clientKeyData: not a PEM private key") }
    return pair
  }
}

/// What may stand in a header field.
enum Header {
  /// Whether the text can be a bearer token: visible ASCII.
  static func isToken(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7e).contains($0) } }

  /// Whether the text can be a value: no control character, above all no line break.
  static func isValue(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
}
