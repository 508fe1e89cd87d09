// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore

/// The fields of a user (`k8s.io/client-go/tools/clientcmd/api/v1/types.go`: `AuthInfo`).
extension KubeconfigFields {
  func addCertificate(to configuration: inout ClusterConfiguration) throws(ConfigurationError) {
    configuration.tls.clientCertificate = try bytes("client-certificate", isRight: PEM.hasCertificate, "certificate")
    configuration.tls.clientKey = try bytes("client-key", isRight: PEM.hasPrivateKey, "private key")
    if configuration.tls.clientCertificate != nil, configuration.tls.clientKey == nil {
      throw mistake("client-key", "is needed with a client-certificate")
    }
    if configuration.tls.clientKey != nil, configuration.tls.clientCertificate == nil {
      throw mistake("client-certificate", "is needed with a client-key")
    }
    if let certificate = try path("client-certificate"), let key = try path("client-key") {
      configuration.clientCertificateFiles = .init(certificate: certificate, key: key)
    }
  }

  /// - Parameters:
  ///   - cluster: the cluster's entry, of which a plugin may want to know.
  ///   - configuration: what was made of it.
  func credentials(
    for cluster: Kubeconfig.Entry, _ configuration: ClusterConfiguration
  ) throws(ConfigurationError) -> ClusterConfiguration.Credentials {
    if let value = entry.content["auth-provider"], !value.isNull {
      throw mistake("auth-provider", "was removed from Kubernetes in 1.26; use exec with a credential plugin")
    }
    let plugin = try self.plugin(for: cluster, configuration)
    // With both given, client-go takes the file and falls back to the token.
    if let path = try text("tokenFile").map(resolved) {
      do throws(FileProblem) {
        _ = try read(path)
      } catch {
        throw mistake("tokenFile", "\(path): \(error.cause)")
      }
      return .tokenFile(path)
    }
    if let token = try text("token") {
      guard Header.isToken(token) else { throw mistake("token", "a space, a line break or the like is in it") }
      return .token(token)
    }
    if let user = try text("username") { return .basic(user: user, password: try text("password") ?? "") }
    // As in client-go a plugin is asked only for what does not stand beside it.
    return plugin.map(ClusterConfiguration.Credentials.plugin) ?? .none
  }

  func impersonation() throws(ConfigurationError) -> Impersonation? {
    let uid = try text("as-uid")
    let groups = try texts("as-groups")
    var extra: [String: [String]] = [:]
    for (key, _) in try object("as-user-extra") ?? [:] {
      extra[key] = try nested("as-user-extra").texts(key)
    }
    guard let user = try text("as") else {
      guard uid == nil, groups.isEmpty, extra.isEmpty else {
        throw mistake("as", "is needed with as-uid, as-groups or as-user-extra")
      }
      return nil
    }
    let impersonation = Impersonation(user: user, uid: uid, groups: groups, extra: extra)
    guard impersonation.headers.map(\.value).allSatisfy(Header.isValue) else {
      throw mistake("as", "a line break or the like is in it, or in what stands with it")
    }
    return impersonation
  }

  private func plugin(
    for cluster: Kubeconfig.Entry, _ configuration: ClusterConfiguration
  ) throws(ConfigurationError) -> CredentialPlugin? {
    guard try object("exec") != nil else { return nil }
    let fields = nested("exec")
    guard let name = try fields.text("command") else { throw fields.mistake("command", "a program is needed") }
    let version = try fields.version()
    let interactive = try fields.text("interactiveMode")
    switch interactive {
    case "Never", "IfAvailable": break
    case nil where version == .v1beta1: break
    case "Always":
      throw fields.mistake(
        "interactiveMode", "Always: there is no terminal here; use a plugin that does without, or a token")
    default: throw fields.mistake("interactiveMode", "use Never or IfAvailable")
    }
    var plugin = CredentialPlugin(
      version: version, command: name.contains("/") ? resolved(name) : name, arguments: try fields.texts("args"),
      environment: try fields.variables(), installHint: try fields.text("installHint"))
    if try fields.flag("provideClusterInfo") {
      plugin.cluster = try KubeconfigFields(cluster, read).executionCluster(configuration)
    }
    for text in [plugin.command] + plugin.arguments where text.utf8.contains(0) {
      throw mistake("exec", "a NUL is in the command or in args")
    }
    return plugin
  }

  private func version() throws(ConfigurationError) -> CredentialPlugin.Version {
    let known = CredentialPlugin.Version.allCases.map(\.rawValue).joined(separator: " or ")
    guard let text = try text("apiVersion") else { throw mistake("apiVersion", "use \(known)") }
    guard let version = CredentialPlugin.Version(rawValue: text) else {
      throw mistake("apiVersion", "\(text) is not supported; use \(known)")
    }
    return version
  }

  /// `env`: a list of names and values, of which the last of a name wins, as with a shell.
  private func variables() throws(ConfigurationError) -> [String: String] {
    guard let value = entry.content["env"], !value.isNull else { return [:] }
    guard let elements = value.array else { throw mistake("env", "expected array, found \(value.typeName)") }
    var variables: [String: String] = [:]
    for (index, element) in elements.enumerated() {
      guard let name = element["name"]?.string, !name.isEmpty, !name.contains("="), !name.utf8.contains(0) else {
        throw mistake("env[\(index)].name", "the name of a variable is needed")
      }
      guard let text = element["value"]?.string, !text.utf8.contains(0) else {
        throw mistake("env[\(index)].value", "a text is needed; put it in quotes")
      }
      variables[name] = text
    }
    return variables
  }

  /// The fields of the object in that field.
  private func nested(_ field: String) -> KubeconfigFields {
    KubeconfigFields(
      Kubeconfig.Entry(
        name: entry.name, content: entry.content[field]?.object ?? [:], file: entry.file,
        field: "\(entry.field).\(field)"), read)
  }
}
