// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON

extension Kubeconfig {
  /// The cluster and user of a context, with all that they point to read in.
  func configuration(
    context name: String?, _ read: @escaping FileReader
  ) throws(ConfigurationError) -> ClusterConfiguration {
    let context = try context(name)
    let cluster = try entry(named: context, "cluster", in: clusters, "clusters")
    let user = context.content["user"] == nil ? nil : try entry(named: context, "user", in: users, "users")
    let clusterFields = KubeconfigFields(cluster, read)
    guard let server = try clusterFields.text("server") else {
      throw clusterFields.mistake("server", "the URL of the API server is needed")
    }
    guard server.hasPrefix("https://") || server.hasPrefix("http://") else {
      throw clusterFields.mistake("server", "\(Self.shown(server)) is not an http or https URL")
    }
    if try clusterFields.text("proxy-url") != nil {
      throw clusterFields.mistake("proxy-url", "proxies are not supported; remove it or reach the server directly")
    }
    var tls = TLSOptions(
      certificateAuthorities: try clusterFields.bytes(
        "certificate-authority", isRight: PEM.hasCertificate, "certificate"),
      serverName: try clusterFields.text("tls-server-name"),
      insecureSkipVerify: try clusterFields.flag("insecure-skip-tls-verify"))
    if tls.insecureSkipVerify, tls.certificateAuthorities != nil {
      throw clusterFields.mistake(
        "insecure-skip-tls-verify", "cannot be set together with a certificate authority; remove one of them")
    }
    var credentials = ClusterConfiguration.Credentials.none
    if let user {
      let fields = KubeconfigFields(user, read)
      try fields.addCertificate(to: &tls)
      credentials = try fields.credentials()
    }
    let namespace = try KubeconfigFields(context, read).text("namespace")
    return ClusterConfiguration(server: server, tls: tls, credentials: credentials, namespace: namespace ?? "default")
  }

  private func context(_ name: String?) throws(ConfigurationError) -> Entry {
    let origin = files.joined(separator: ", ")
    let known = contexts.map(\.name).joined(separator: ", ")
    let list = known.isEmpty ? "it has none" : "it has \(known)"
    guard let wanted = name ?? currentContext else {
      throw ConfigurationError("\(origin): current-context: not set; \(list): name one of them")
    }
    guard let context = contexts.first(where: { $0.name == wanted }) else {
      throw ConfigurationError("\(origin): no context \(wanted); \(list)")
    }
    return context
  }

  private func entry(
    named context: Entry, _ member: String, in entries: [Entry], _ list: String
  ) throws(ConfigurationError) -> Entry {
    guard let name = context.content[member]?.string else {
      throw ConfigurationError("\(context.file): \(context.field).\(member): a name of one of \(list) is needed")
    }
    guard let entry = entries.first(where: { $0.name == name }) else {
      let known = entries.isEmpty ? "there are none" : "there are \(entries.map(\.name).joined(separator: ", "))"
      throw ConfigurationError("\(context.file): \(context.field).\(member): \(name) is not in \(list); \(known)")
    }
    return entry
  }

  /// The URL without what stands before an `@`.
  private static func shown(_ url: String) -> String {
    url.lastIndex(of: "@").map { "…" + url[$0...] } ?? url
  }
}

/// Reads the fields of one entry, with errors that name file and field.
struct KubeconfigFields {
  private let entry: Kubeconfig.Entry
  private let read: FileReader

  init(_ entry: Kubeconfig.Entry, _ read: @escaping FileReader) {
    self.entry = entry
    self.read = read
  }

  func mistake(_ field: String, _ cause: String) -> ConfigurationError {
    ConfigurationError("\(entry.file): \(entry.field).\(field): \(cause)")
  }

  /// The text of a field, or nil if it is not there or empty.
  func text(_ field: String) throws(ConfigurationError) -> String? {
    switch entry.content[field] {
    case nil, .null: return nil
    case .string(let text): return text.isEmpty ? nil : text
    case let other?: throw mistake(field, "expected string, found \(other.typeName)")
    }
  }

  func flag(_ field: String) throws(ConfigurationError) -> Bool {
    switch entry.content[field] {
    case nil, .null: return false
    case .bool(let flag): return flag
    case let other?: throw mistake(field, "expected boolean, found \(other.typeName)")
    }
  }

  /// What `<field>-data` holds, or else the file that `<field>` names: in client-go the data wins, too.
  func bytes(
    _ field: String, isRight: ([UInt8]) -> Bool, _ noun: String
  ) throws(ConfigurationError) -> [UInt8]? {
    if let data = try text(field + "-data") {
      guard let bytes = Base64.decode(data) else { throw mistake(field + "-data", "not base64") }
      guard isRight(bytes) else { throw mistake(field + "-data", "not a PEM \(noun)") }
      return bytes
    }
    guard let path = try text(field).map(resolved) else { return nil }
    let bytes: [UInt8]
    do throws(FileProblem) {
      bytes = try read(path)
    } catch {
      throw mistake(field, "\(path): \(error.cause); name a file with a PEM \(noun)")
    }
    guard isRight(bytes) else { throw mistake(field, "\(path): not a PEM \(noun)") }
    return bytes
  }

  func addCertificate(to tls: inout TLSOptions) throws(ConfigurationError) {
    tls.clientCertificate = try bytes("client-certificate", isRight: PEM.hasCertificate, "certificate")
    tls.clientKey = try bytes("client-key", isRight: PEM.hasPrivateKey, "private key")
    if tls.clientCertificate != nil, tls.clientKey == nil {
      throw mistake("client-key", "is needed with a client-certificate")
    }
    if tls.clientKey != nil, tls.clientCertificate == nil {
      throw mistake("client-certificate", "is needed with a client-key")
    }
  }

  func credentials() throws(ConfigurationError) -> ClusterConfiguration.Credentials {
    for field in ["exec", "auth-provider"] where entry.content[field] != nil && entry.content[field] != .null {
      throw mistake(field, "credential plugins are not supported yet; use a token, tokenFile or client-certificate")
    }
    for field in ["as", "as-uid", "as-groups"] where entry.content[field] != nil && entry.content[field] != .null {
      throw mistake(field, "impersonation is not supported; remove it")
    }
    // With both given, client-go takes the file and falls back to the token.
    if let path = try text("tokenFile").map(resolved) {
      do throws(FileProblem) {
        _ = try read(path)
      } catch {
        throw mistake("tokenFile", "\(path): \(error.cause)")
      }
      return .tokenFile(path)
    }
    if let token = try text("token") { return .token(token) }
    if let user = try text("username") { return .basic(user: user, password: try text("password") ?? "") }
    return .none
  }

  /// A relative path starts at the kubeconfig's folder.
  private func resolved(_ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = entry.file.lastIndex(of: "/") else { return path }
    return entry.file[...slash] + path
  }
}
