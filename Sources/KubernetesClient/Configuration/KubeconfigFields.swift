// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore

/// Reads the fields of one entry, with errors that name file and field.
struct KubeconfigFields {
  let entry: Kubeconfig.Entry
  let read: FileReader

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

  /// The file that is renewed from outside: the one that `<field>` names, unless `<field>-data` wins.
  func path(_ field: String) throws(ConfigurationError) -> String? {
    try text(field + "-data") == nil ? text(field).map(resolved) : nil
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
    guard let path = try path(field) else { return nil }
    let bytes: [UInt8]
    do throws(FileProblem) {
      bytes = try read(path)
    } catch {
      throw mistake(field, "\(path): \(error.cause); name a file with a PEM \(noun)")
    }
    guard isRight(bytes) else { throw mistake(field, "\(path): not a PEM \(noun)") }
    return bytes
  }

  /// The texts of a list, or none.
  func texts(_ field: String) throws(ConfigurationError) -> [String] {
    guard let value = entry.content[field], !value.isNull else { return [] }
    guard let elements = value.array else { throw mistake(field, "expected array, found \(value.typeName)") }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard let text = element.string else {
        throw mistake("\(field)[\(index)]", "expected string, found \(element.typeName)")
      }
      texts.append(text)
    }
    return texts
  }

  /// The object, or nil if it is not there.
  func object(_ field: String) throws(ConfigurationError) -> JSONObject? {
    guard let value = entry.content[field], !value.isNull else { return nil }
    guard let object = value.object else { throw mistake(field, "expected object, found \(value.typeName)") }
    return object
  }

  /// A relative path starts at the folder of the file in which it stands.
  func resolved(_ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = entry.file.lastIndex(of: "/") else { return path }
    return entry.file[...slash] + path
  }
}

/// The fields of a cluster (`k8s.io/client-go/tools/clientcmd/api/v1/types.go`: `Cluster`).
extension KubeconfigFields {
  /// The server and the way to it.
  func cluster() throws(ConfigurationError) -> ClusterConfiguration {
    guard let server = try text("server") else { throw mistake("server", "the URL of the API server is needed") }
    if let cause = ServerURL.mistake(server) { throw mistake("server", cause) }
    let serverName = try text("tls-server-name")
    if let serverName, !AddressCheck.isHostName(serverName) {
      throw mistake("tls-server-name", "\(serverName) is not a host name")
    }
    let tls = TLSOptions(
      certificateAuthorities: try bytes("certificate-authority", isRight: PEM.hasCertificate, "certificate"),
      serverName: serverName, insecureSkipVerify: try flag("insecure-skip-tls-verify"))
    if tls.insecureSkipVerify, tls.certificateAuthorities != nil {
      throw mistake(
        "insecure-skip-tls-verify", "cannot be set together with a certificate authority; remove one of them")
    }
    var configuration = ClusterConfiguration(
      server: server, tls: tls, certificateAuthorityFile: try path("certificate-authority"))
    if let proxy = try text("proxy-url") {
      if let cause = ProxyURL.mistake(proxy) { throw mistake("proxy-url", cause) }
      configuration.proxy = ProxyOptions(url: proxy)
    }
    configuration.acceptsCompression = try !flag("disable-compression")
    return configuration
  }

  /// What a credential plugin is told of the cluster (`k8s.io/client-go/pkg/apis/clientauthentication/v1/types.go`:
  /// `Cluster`). Certificate authorities are given as bytes, wherever they stand.
  func executionCluster(_ configuration: ClusterConfiguration) throws(ConfigurationError) -> JSONObject {
    var cluster: JSONObject = ["server": .string(configuration.server)]
    cluster["tls-server-name"] = configuration.tls.serverName.map(JSONValue.string)
    if configuration.tls.insecureSkipVerify { cluster["insecure-skip-tls-verify"] = true }
    cluster["certificate-authority-data"] = configuration.tls.certificateAuthorities.map { .string(Base64.encode($0)) }
    cluster["proxy-url"] = configuration.proxy.map { .string($0.url) }
    if !configuration.acceptsCompression { cluster["disable-compression"] = true }
    for named in entry.content["extensions"]?.array ?? []
    where named["name"]?.string == "client.authentication.k8s.io/exec" {
      cluster["config"] = named["extension"]
    }
    return cluster
  }
}
