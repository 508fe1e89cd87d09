// SPDX-License-Identifier: Apache-2.0

import Digests
import JSON
import KubernetesCore
import ObservabilityAPI

/// The configuration of the OAuth2 proxy: its structured file (`--alpha-config`), which holds no secret, its arguments, and
/// the files with secrets that the former names.
///
/// By the sources of oauth2-proxy 7.15.3 (pkg/apis/options, pkg/middleware/headers.go, pkg/upstream).
struct GatekeeperConfiguration {
  /// Where the container finds the Secret of the configuration.
  static let folder = "/etc/gatekeeper/configuration"
  /// Where it finds the key of the cookies.
  static let cookieFolder = "/etc/gatekeeper/cookie"
  /// Where it finds the secret of a client that the operator declares.
  static let clientFolder = "/etc/gatekeeper/client"

  private static let structured = "gatekeeper.yaml"
  private static let client = "client-secret"
  private static let authorities = "provider-ca.crt"

  /// Coroot's queries of traces and profiles take long.
  private static let timeout = "300s"
  /// Where pods and nodes may be; who connects is the network policy's matter.
  private static let privateNetworks = [
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7",
  ]

  private let context: RenderContext
  private let inputs: UIInputs
  private let oidc: CorootUI.OIDC
  private var ui: CorootUI { context.spec.coroot.ui }

  init(_ context: RenderContext, _ inputs: UIInputs, _ oidc: CorootUI.OIDC) {
    (self.context, self.inputs, self.oidc) = (context, inputs, oidc)
  }

  /// The members of the Secret.
  var secret: JSONObject {
    var data: JSONObject = [
      Self.structured: .string(Base64.encode(Array(text.utf8))),
      UIShape.sessionKey: .string(Base64.encode(Array("\(UIShape.sessionPrefix)\(inputs.session.text)".utf8))),
    ]
    if let secret = inputs.clientSecret { data[Self.client] = .string(Base64.encode(Array(secret.text.utf8))) }
    if let pem = inputs.authorities { data[Self.authorities] = .string(Base64.encode(pem)) }
    return ["type": "Opaque", "data": .object(data)]
  }

  /// A hash of the structured file.
  var hash: String {
    Self.hexadecimal(SHA256.digest(Array(text.utf8)).prefix(8))
  }

  /// The structured file, as JSON, which YAML includes. The proxy replaces `$NAME` in the text of the file before it reads
  /// it; written as an escape, a dollar of a group's name stays one.
  var text: String {
    JSONWriter.text(.object(structured), indented: true).replacing("$", with: "\\u0024") + "\n"
  }

  private var structured: JSONObject {
    [
      "server": ["bindAddress": .string("http://:\(UIShape.port)")],
      "upstreamConfig": ["upstreams": .array(upstreams)],
      "injectRequestHeaders": [
        // What a browser sends is taken off first, so that no session but the Viewer's reaches Coroot.
        [
          "name": "Cookie",
          "values": [["secretSource": ["fromFile": .string("\(Self.folder)/\(UIShape.sessionKey)")]]],
        ],
        // Without values they are only taken off.
        ["name": "Authorization"], ["name": "X-Api-Key"],
      ],
      "providers": [.object(provider)],
    ]
  }

  private var upstreams: [JSONValue] {
    let coroot: JSONValue = [
      "id": "coroot", "path": "/",
      "uri": .string(CorootShape.url(of: context.object.name, namespace: context.spec.namespace)),
      "timeout": .string(Self.timeout),
    ]
    return [coroot]
      + ClosedPaths.all.map {
        ["id": .string("closed \($0.path)"), "path": .string($0.path), "static": true, "staticCode": 404]
      }
  }

  private var provider: JSONObject {
    let folder = oidc.keycloakRealm == nil ? Self.folder : Self.clientFolder
    let file = oidc.keycloakRealm == nil ? Self.client : UIShape.clientKey
    var provider: JSONObject = [
      "id": "oidc", "provider": "oidc", "clientID": .string(oidc.clientID),
      "clientSecretFile": .string("\(folder)/\(file)"),
      // A provider may refuse a scope that it does not know.
      "scope": .string("openid email profile" + (oidc.allowedGroups.isEmpty ? "" : " groups")),
      "code_challenge_method": "S256",
      "oidcConfig": ["issuerURL": .string(oidc.issuerURL)],
    ]
    if inputs.authorities != nil {
      // Not `--provider-ca-file`, which the proxy refuses beside a structured file.
      provider["caFiles"] = [.string("\(Self.folder)/\(Self.authorities)")]
      provider["useSystemTrustStore"] = true
    }
    if !oidc.allowedGroups.isEmpty { provider["allowedGroups"] = .array(oidc.allowedGroups.map { .string($0) }) }
    return provider
  }

  /// The command line. No secret is in it.
  var arguments: [String] {
    var arguments = [
      "--alpha-config=\(Self.folder)/\(Self.structured)",
      "--redirect-url=\(UIShape.address(ui))/oauth2/callback",
      "--cookie-secret-file=\(Self.cookieFolder)/\(UIShape.cookieKey)",
      // A browser takes such a cookie from this very host only: no other name of the domain can put one in its place.
      "--cookie-name=__Host-gatekeeper", "--cookie-secure=true", "--cookie-httponly=true", "--cookie-samesite=lax",
      // Who leaves a group, or is locked, is let in no longer than this.
      "--cookie-refresh=3m", "--cookie-expire=12h",
      "--email-domain=*", "--skip-provider-button=true",
      // A script of the page gets 401 in place of a redirect that it cannot follow.
      "--api-route=^/api/",
      "--reverse-proxy=true",
    ]
    arguments += Self.privateNetworks.map { "--trusted-proxy-ip=\($0)" }
    // After signing out a user may be sent to the provider, and nowhere else.
    if let issuer = try? HTTPURL(oidc.issuerURL) { arguments.append("--whitelist-domain=\(issuer.authority)") }
    // The address of a callback holds a code.
    return arguments + ["--silence-ping-logging=true", "--exclude-logging-path=/oauth2/callback"]
  }

  /// The volumes with the folders where the container finds them.
  var volumes: [(name: String, secret: String, folder: String)] {
    let object = context.object.name
    var volumes = [
      (name: "configuration", secret: UIShape.name(of: object), folder: Self.folder),
      (name: "cookie", secret: UIShape.cookieName(of: object), folder: Self.cookieFolder),
    ]
    if oidc.keycloakRealm != nil {
      volumes.append((name: "client", secret: UIShape.clientName(of: object), folder: Self.clientFolder))
    }
    return volumes
  }

  fileprivate static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

extension SecretText {
  /// A fingerprint that changes with the value.
  ///
  /// - Parameter salt: what only those know who may read the Secret's namespace, if the value could be guessed.
  public func fingerprint(salt: String) -> String {
    GatekeeperConfiguration.hexadecimal(SHA256.digest(Array("\(salt)\n\(text)".utf8)).prefix(8))
  }
}
