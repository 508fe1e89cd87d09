// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore

/// The kubeconfig with which the operator runs outside the cluster: that of its ServiceAccount, and nothing more.
struct OperatorKubeconfig: Sendable {
  /// How the operator becomes its ServiceAccount.
  enum Identity: Hashable, Sendable {
    /// A token that the server issued.
    case token(String)
    /// The administrator's credentials, with a request to be taken for the ServiceAccount: for a server that issues no
    /// tokens. The rights are the same.
    case impersonation
  }

  var identity: Identity
  var cluster: ClusterConfiguration

  /// The file's text; JSON, which every kubeconfig may be.
  ///
  /// - Throws: ``Refusal`` for credentials that cannot be put into a file.
  func text() throws -> String {
    var server: JSONObject = ["server": .string(cluster.server)]
    if let authorities = cluster.tls.certificateAuthorities {
      server["certificate-authority-data"] = .string(Base64.encode(authorities))
    }
    server["tls-server-name"] = cluster.tls.serverName.map(JSONValue.string)
    server["proxy-url"] = cluster.proxy.map { .string($0.url) }
    if cluster.tls.insecureSkipVerify { server["insecure-skip-tls-verify"] = true }
    let user: JSONObject =
      switch identity {
      case .token(let token): ["token": .string(token)]
      case .impersonation: try impersonating()
      }
    let file: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": "operator",
      "clusters": [["name": "cluster", "cluster": .object(server)]],
      "users": [["name": "operator", "user": .object(user)]],
      "contexts": [["name": "operator", "context": ["cluster": "cluster", "user": "operator"]]],
    ]
    return JSONWriter.text(file, indented: true) + "\n"
  }

  private func impersonating() throws -> JSONObject {
    var user: JSONObject = ["as": .string(Names.operatorUser)]
    switch cluster.credentials {
    case .none: break
    case .token(let token): user["token"] = .string(token)
    case .tokenFile(let path): user["tokenFile"] = .string(path)
    case .basic(let name, let password):
      user["username"] = .string(name)
      user["password"] = .string(password)
    case .plugin:
      throw Refusal(
        "the server issues no tokens, and the operator cannot be given the credential plugin of this kubeconfig: name a "
          + "kubeconfig with a token or a certificate")
    }
    if let certificate = cluster.tls.clientCertificate, let key = cluster.tls.clientKey {
      user["client-certificate-data"] = .string(Base64.encode(certificate))
      user["client-key-data"] = .string(Base64.encode(key))
    }
    return user
  }
}

extension Admin {
  /// A token of the operator's ServiceAccount, or impersonation where the server has no TokenRequest API.
  func operatorIdentity() async throws -> OperatorKubeconfig.Identity {
    let account = Names.operator
    var request = KubernetesObject(type: .serviceAccounts, namespace: account.namespace, name: account.name)
    request["apiVersion"] = "authentication.k8s.io/v1"
    request["kind"] = "TokenRequest"
    request["spec"] = ["expirationSeconds": 7200]
    do {
      let answer = try await client.create(.serviceAccounts, request, WriteOptions(subresource: "token"))
      guard let token = answer[path: "status", "token"]?.string, !token.isEmpty else {
        throw Failure(
          expected: "a token", observed: "none in the answer",
          request: Request.get(.serviceAccounts, Names.operator) + "/token")
      }
      return .token(token)
    } catch let error as KubernetesError {
      guard let code = error.code, [404, 405, 501].contains(code) else { throw error }
      return .impersonation
    }
  }
}
