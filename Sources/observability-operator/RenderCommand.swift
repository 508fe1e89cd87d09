// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Backends
import HTTPTransport
import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import YAML

/// Prints what an object turns into, without a cluster.
struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Print every object that an Observability turns into, as YAML, without a cluster.",
    discussion: """
      What a cluster would tell is given by options; in place of passwords stand the names of their Secrets. Ends with 0, or with 2 and nothing on standard output if the file \
      cannot be rendered.
      """)

  @Option(name: [.short, .customLong("filename")], help: "The file with the object, or - for standard input.")
  var filename: String

  @Option(help: "Where agents write metrics, in full. Default: what the object's tenant gives in Cozystack.")
  var writeURL: String?

  @Option(help: "The base of the query API. Default: what the object's tenant gives in Cozystack.")
  var readURL: String?

  @Option(help: "The cluster's domain, which shows whether a host in a URL is a Service.")
  var clusterDomain = ClusterService.defaultDomain

  @Option(help: "The operator's own image, which the init container runs.")
  var operatorImage = DefaultImages.operator.description

  func run() throws {
    let text: String
    do {
      text = try renderedText()
    } catch {
      complain("\(filename == "-" ? "standard input" : filename): \(error)")
      throw ExitCode(2)
    }
    print(text, terminator: "")
  }

  private func renderedText() throws -> String {
    let source = ManifestSource(try LocatedDocumentSource.read(filename))
    let observability = try source.observability()
    try refuseLinkLocal(observability.spec, in: source)
    let facts = try facts(for: observability)
    let children = try OfflineRenderer.children(of: observability, facts: facts)
    return YAMLEncoder.text(documents: children.map { .object($0.manifest.content) }, order: .kubernetes)
  }

  private func facts(for observability: Observability) throws -> PlatformFacts {
    guard ClusterService.isDomain(clusterDomain) else {
      throw RenderFailure("--cluster-domain: \"\(clusterDomain)\" is no domain such as \(ClusterService.defaultDomain)")
    }
    let settings = observability.spec.metrics.victoriaMetrics
    let write =
      settings.writeURL
      ?? settings.tenant.map { CozystackMonitoring.writeURL(namespace: $0.namespace, storage: $0.storage) }
    let read =
      settings.readURL
      ?? settings.tenant.map { CozystackMonitoring.readURL(namespace: $0.namespace, storage: $0.storage) }
    let metrics = PlatformFacts.MetricsEndpoints(
      writeURL: try url(writeURL, option: "--write-url", else: write),
      readURL: try url(readURL, option: "--read-url", else: read))
    return PlatformFacts(
      metrics: metrics, operatorImage: operatorImage, operatorVersion: DefaultImages.release,
      clusterDomain: clusterDomain)
  }

  /// The URL of an option, or what the object says, which the decoder has read already.
  private func url(_ text: String?, option: String, else standard: String?) throws -> HTTPURL? {
    guard let text else { return try standard.map { text throws(HTTPURLError) in try HTTPURL(text) } }
    do {
      let url = try HTTPURL(text)
      guard url.userInfo == nil else {
        throw RenderFailure(
          "\(option): the URL must not hold user and password: name a Secret in "
            + "spec.metrics.victoriaMetrics.credentialsSecretRef")
      }
      if let address = url.linkLocalAddress { throw RenderFailure("\(option): \(Self.isLinkLocal(address))") }
      return url
    } catch let error as HTTPURLError {
      throw RenderFailure("\(option): \(error)")
    }
  }

  /// Refuses what the operator refuses when it resolves the backends.
  private func refuseLinkLocal(_ spec: ObservabilitySpec, in source: ManifestSource) throws {
    let metrics = spec.metrics.victoriaMetrics
    for (path, text) in [
      (["metrics", "victoriaMetrics", "writeURL"], metrics.writeURL),
      (["metrics", "victoriaMetrics", "readURL"], metrics.readURL),
      (["traces", "endpoint"], spec.traces.route.endpoint), (["logs", "endpoint"], spec.logs.route.endpoint),
    ] {
      guard let address = text.flatMap({ try? HTTPURL($0) })?.linkLocalAddress else { continue }
      let path = (["spec"] + path).map(PathComponent.field)
      throw RenderFailure(source.located(FieldError(path: path, message: Self.isLinkLocal(address))))
    }
  }

  private static func isLinkLocal(_ address: IPAddress) -> String {
    "\(address) is a link-local address, which belongs to the node and its cloud: set it to the storage"
  }
}
