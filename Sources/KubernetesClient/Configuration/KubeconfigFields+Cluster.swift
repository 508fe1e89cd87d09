// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore

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
