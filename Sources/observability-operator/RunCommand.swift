// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Backends
import ControllerRuntime
import Glibc
import HTTPTransport
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import ObservabilityController
import ServiceLifecycle
import Telemetry
import UnixSignals

/// Runs the operator until it is told to stop.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the operator until SIGTERM or SIGINT.",
    discussion: """
      Each option can be given by the environment variable in its description. HTTPS_PROXY, HTTP_PROXY and NO_PROXY hold \
      for the API server unless the kubeconfig names a proxy-url. Ends with 0 when told to stop, with 2 \
      if the configuration cannot be used, and with 1 if the lease was lost: the other replica leads then.
      """)

  @Option(
    help: """
      A kubeconfig; else those that KUBECONFIG lists, merged, the pod's own service account, or ~/.kube/config. Its \
      credential plugins are run without a terminal.
      """)
  var kubeconfig: String?

  @Option(help: "The context of the kubeconfig; else its current-context.")
  var context: String?

  @Option(help: "Where /metrics, /healthz and /readyz are served. [OPERATOR_LISTEN]")
  var listen = Environment["OPERATOR_LISTEN"] ?? "0.0.0.0:8080"

  @Option(help: "trace, debug, info, warning or error. [OPERATOR_LOG_LEVEL]")
  var logLevel = Environment["OPERATOR_LOG_LEVEL"] ?? "info"

  @Option(help: "text or json. [OPERATOR_LOG_FORMAT]")
  var logFormat = Environment["OPERATOR_LOG_FORMAT"] ?? "text"

  @Flag(inversion: .prefixedNo, help: "Reconcile only while holding the Lease.")
  var leaderElection = true

  @Option(help: "The namespace of the Lease; else the pod's own. [POD_NAMESPACE]")
  var leaseNamespace = Environment["POD_NAMESPACE"] ?? RoleManifests.operatorNamespace

  @Option(help: "The operator's own image, which the init container runs. [OPERATOR_IMAGE]")
  var operatorImage = Environment["OPERATOR_IMAGE"] ?? DefaultImages.operator.description

  @Option(
    help: """
      The cluster's domain, which shows whether a host is a Service; else what /etc/resolv.conf says, or \
      \(ClusterService.defaultDomain). [OPERATOR_CLUSTER_DOMAIN]
      """)
  var clusterDomain: String?

  @Option(help: "How many objects are worked on at once; 4 if not given. [OPERATOR_WORKERS]")
  var workers: String?

  @Option(
    help: "A file with lines host:port=host:port: where to reach backends when running outside the cluster.")
  var backendAddressMap: String?

  func run() async throws {
    Allocator.configure()
    let service: OperatorService
    do {
      service = try await makeService()
    } catch {
      complain("\(error)")
      throw ExitCode(2)
    }
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: service.logger))
    do {
      try await group.run()
    } catch is LeadershipLost {
      // The elector has said why.
      throw ExitCode(1)
    } catch let error as ProbeServerError {
      complain("\(error); name another with --listen")
      throw ExitCode(2)
    }
  }

  private func makeService() async throws -> OperatorService {
    let logger = try makeLogger()
    let configuration = try ClusterConfiguration.discover(kubeconfig: kubeconfig, context: context)
    let metrics = OperatorMetrics(
      version: DefaultImages.release,
      host: configuration.server.split(separator: "/").dropFirst().first.map(String.init))
    let userAgent = "observability-operator/\(DefaultImages.release)"
    // A renewal of the Lease must not queue behind workers and lists that a slow API server holds up.
    let transport = try CurlTransport(userAgent: userAgent, connectionsPerHost: 32)
    let warnings = DeduplicatedWarnings { logger.warning("API server warns", metadata: ["warning": "\($0)"]) }
    let client = KubernetesClient(
      transport: transport, configuration: configuration,
      options: .init(
        userAgent: userAgent,
        onRequest: { metrics.runtime.requested($0) },
        onWarning: warnings.say))
    let instance = ObservabilityOperator(
      api: client, transport: try backendTransport(transport),
      settings: OperatorSettings(
        version: DefaultImages.release, image: operatorImage, instance: ProcessIdentity.current,
        workers: try workerCount(), namespace: Environment["POD_NAMESPACE"], clusterDomain: try clusterDomainName()),
      lease: leaderElection
        ? ObjectKey(namespace: try leaseNamespaceName(), name: OperatorService.leaseName) : nil,
      metrics: metrics.runtime, objectMetrics: metrics.objects, logger: logger)
    return OperatorService(
      program: instance.program, registry: metrics.registry, address: try ProbeAddress(listen), transport: transport,
      logger: logger)
  }

  private func makeLogger() throws -> Logger {
    guard let level = Logger.Level(rawValue: logLevel) else {
      throw ValidationError("--log-level \(logLevel): use trace, debug, info, warning or error")
    }
    guard let format = LineLogHandler.Format(rawValue: logFormat) else {
      throw ValidationError("--log-format \(logFormat): use text or json")
    }
    return Logger(label: "observability-operator") { _ in LineLogHandler(level: level, format: format) }
  }

  /// A file that cannot be read names no domain, as one of a machine outside of a cluster.
  private func clusterDomainName() throws -> String {
    let given = clusterDomain.map { ("--cluster-domain", $0) }
    if let (name, text) = given ?? Environment["OPERATOR_CLUSTER_DOMAIN"].map({ ("OPERATOR_CLUSTER_DOMAIN", $0) }) {
      guard ClusterService.isDomain(text) else {
        throw ValidationError("\(name) \(text): write a domain such as \(ClusterService.defaultDomain)")
      }
      return text
    }
    let resolver = (try? InputFile.bytes("/etc/resolv.conf")).map { String(decoding: $0, as: UTF8.self) }
    return resolver.flatMap { ClusterService.domain(inResolverConfiguration: $0) } ?? ClusterService.defaultDomain
  }

  private func leaseNamespaceName() throws -> String {
    let isOfLabel = { (byte: UInt8) in (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D }
    guard 1...63 ~= leaseNamespace.utf8.count, leaseNamespace.utf8.allSatisfy(isOfLabel),
      !leaseNamespace.hasPrefix("-"), !leaseNamespace.hasSuffix("-")
    else {
      throw ValidationError(
        "--lease-namespace or POD_NAMESPACE \(leaseNamespace): write the name of a namespace such as "
          + RoleManifests.operatorNamespace)
    }
    return leaseNamespace
  }

  private func workerCount() throws -> Int {
    let (name, text) =
      workers.map { ("--workers", $0) } ?? Environment["OPERATOR_WORKERS"].map { ("OPERATOR_WORKERS", $0) }
      ?? ("--workers", "4")
    guard let count = Int(text), (1...64).contains(count) else {
      throw ValidationError("\(name) \(text): write a number from 1 to 64")
    }
    return count
  }

  private func backendTransport(_ transport: any HTTPTransport) throws -> any HTTPTransport {
    guard let name = backendAddressMap else { return transport }
    do {
      return try AddressMap(text: String(decoding: try InputFile.bytes(name), as: UTF8.self)).wrapping(transport)
    } catch {
      throw ValidationError("--backend-address-map \(name): \(error)")
    }
  }
}

/// The environment of the process.
enum Environment {
  /// The variable of that name; nil also if it is empty.
  static subscript(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }
}

/// Who this process is among the candidates for the Lease.
enum ProcessIdentity {
  /// The pod's name, or the host's, and a part that no predecessor had.
  static let current: String = {
    let unique = String(UInt64.random(in: .min ... .max), radix: 36)
    return "\(Environment["POD_NAME"] ?? Environment["HOSTNAME"] ?? "operator")_\(unique)"
  }()
}
