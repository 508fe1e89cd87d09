// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPTransport
import KubernetesCore

extension ClusterConfiguration {
  /// The folder in which a pod finds its service account.
  static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// The variables of this process's environment that matter here.
  public static var environment: [String: String] {
    var result: [String: String] = [:]
    let names = ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG", "HOME"]
    for name in names + ProxyEnvironment.names {
      if let value = getenv(name) { result[name] = String(cString: value) }
    }
    return result
  }

  /// Looks where a controller is expected to look: the kubeconfig given, then `KUBECONFIG`, then the pod's service
  /// account, then `~/.kube/config` (`sigs.k8s.io/controller-runtime/pkg/client/config`). Unless the kubeconfig names a
  /// proxy, `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` do.
  ///
  /// - Parameters:
  ///   - kubeconfig: a file, which must then exist. `KUBECONFIG` is a list, separated by colons, of which at least one must
  ///     exist: whatever comes first wins.
  ///   - context: a context in it, in place of its `current-context`.
  ///   - environment: the variables of the environment.
  public static func discover(
    kubeconfig: String? = nil, context: String? = nil, environment: [String: String] = Self.environment
  ) throws(ConfigurationError) -> ClusterConfiguration {
    try discover(kubeconfig: kubeconfig, context: context, environment: environment, read: SystemFile.read)
  }

  static func discover(
    kubeconfig: String?, context: String?, environment: [String: String], read: @escaping FileReader
  ) throws(ConfigurationError) -> ClusterConfiguration {
    try source(kubeconfig: kubeconfig, context: context, environment: environment, read: read)
      .through(ProxyEnvironment(environment))
  }

  /// The same by way of the proxy that the environment names, if there is none yet.
  private func through(_ environment: ProxyEnvironment) throws(ConfigurationError) -> ClusterConfiguration {
    var configuration = self
    if proxy == nil { configuration.proxy = try environment.proxy(to: server) }
    return configuration
  }

  private static func source(
    kubeconfig: String?, context: String?, environment: [String: String], read: @escaping FileReader
  ) throws(ConfigurationError) -> ClusterConfiguration {
    if let kubeconfig {
      return try Kubeconfig.load([kubeconfig], mayBeMissing: false, read).configuration(context: context, read)
    }
    let paths = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
    if !paths.isEmpty {
      return try Kubeconfig.load(paths, mayBeMissing: true, read).configuration(context: context, read)
    }
    if environment["KUBERNETES_SERVICE_HOST"] != nil, context == nil {
      return try inCluster(environment: environment, read: read)
    }
    guard let home = environment["HOME"] else {
      throw ConfigurationError(
        "no cluster: not in a pod (KUBERNETES_SERVICE_HOST is not set) and no kubeconfig; set KUBECONFIG")
    }
    return try Kubeconfig.load([home + "/.kube/config"], mayBeMissing: false, read)
      .configuration(context: context, read)
  }

  /// The API server and identity that Kubernetes gives to every pod.
  public static func inCluster(
    environment: [String: String] = Self.environment
  ) throws(ConfigurationError) -> ClusterConfiguration {
    try inCluster(environment: environment, read: SystemFile.read).through(ProxyEnvironment(environment))
  }

  static func inCluster(
    environment: [String: String], read: FileReader
  ) throws(ConfigurationError) -> ClusterConfiguration {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
      let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
    else {
      throw ConfigurationError(
        "not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not both set; give a kubeconfig instead")
    }
    let server = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    if let cause = ServerURL.mistake(server) {
      throw ConfigurationError("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: \(cause)")
    }
    let remedy = "does the pod set automountServiceAccountToken: false?"
    let tokenPath = serviceAccountFolder + "/token"
    let authorityPath = serviceAccountFolder + "/ca.crt"
    let authorities: [UInt8]
    do throws(FileProblem) {
      _ = try read(tokenPath)
    } catch {
      throw ConfigurationError("\(tokenPath): \(error.cause); \(remedy)")
    }
    do throws(FileProblem) {
      authorities = try read(authorityPath)
    } catch {
      throw ConfigurationError("\(authorityPath): \(error.cause); \(remedy)")
    }
    guard PEM.hasCertificate(authorities) else {
      throw ConfigurationError("\(authorityPath): not a PEM certificate; check ConfigMap kube-root-ca.crt")
    }
    var namespace = "default"
    if let bytes = try? read(serviceAccountFolder + "/namespace") {
      let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
      namespace = text.map(String.init) ?? namespace
    }
    return ClusterConfiguration(
      server: server, tls: TLSOptions(certificateAuthorities: authorities),
      certificateAuthorityFile: authorityPath, credentials: .tokenFile(tokenPath), namespace: namespace)
  }
}

/// A look at PEM text: enough to tell a certificate from something else in a message of our own.
enum PEM {
  static func hasCertificate(_ bytes: [UInt8]) -> Bool {
    String(decoding: bytes, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----")
  }

  static func hasPrivateKey(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
  }
}
