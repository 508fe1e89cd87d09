// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import DevCluster
import Logging
import ServiceLifecycle
import UnixSignals

/// Starts the server and stays until it is told to stop.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Start the API server, VictoriaMetrics and ClickHouse or stand-ins for them; stop at SIGINT or SIGTERM.",
    discussion: """
      The server speaks plain HTTP. On a loopback address every client is cluster admin, with or without the \
      token, because kubectl sends no token without TLS. On any other address the token is asked for.
      """)

  @Option(help: ArgumentHelp("Address of the API server; port 0 takes a free one.", valueName: "host:port"))
  var listen: ListenAddress = ListenAddress(host: "127.0.0.1", port: 0)

  @Option(help: ArgumentHelp("Where to write the kubeconfig, readable for you only.", valueName: "path"))
  var kubeconfig: String

  @Option(
    name: .customLong("service-account-kubeconfig"),
    help: ArgumentHelp(
      "A service account to write a kubeconfig for; it has the rights that its roles give it, and no others.",
      valueName: "namespace/name=path"))
  var serviceAccounts: [ServiceAccountKubeconfig] = []

  @Option(
    help: ArgumentHelp(
      "Where to write how Services are reached from here, one 'service:port=host:port' a line.", valueName: "path"))
  var endpoints: String?

  @Option(help: ArgumentHelp("How many sample nodes there are.", valueName: "count"))
  var nodes = 3

  @Flag(inversion: .prefixedNo, help: "Run the controllers: garbage collection, namespaces, DaemonSets, workloads.")
  var controllers = true

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Use victoria-metrics and clickhouse-server if they are installed; a stand-in answers for one that is not, does "
        + "not start, or is older than the operator takes."))
  var realBackend = true

  @Option(name: .customLong("manifest"), help: ArgumentHelp("A manifest to apply at the start.", valueName: "file"))
  var manifests: [String] = []

  @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
  var logLevel: Logger.Level = .info

  func validate() throws {
    guard (0...1000).contains(nodes) else { throw ValidationError("--nodes takes 0 to 1000, not \(nodes).") }
  }

  func run() async throws {
    var logger = Logger(label: "devcluster") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = logLevel
    let token = Self.token()
    var configuration = APIServerConfiguration(adminToken: token)
    configuration.logger = logger
    configuration.runsControllers = controllers
    // The operator labels no node before it has seen its admission policy refuse something.
    configuration.admission = { NodeLabelGuard.standard.refusal($0) }
    // kubectl sends no token without TLS, which this server does not speak. So on this machine one is not needed.
    if listen.isLoopback { configuration.tokenless = .admin }
    let accounts = serviceAccounts.map { (account: $0, token: Self.token()) }
    for (account, token) in accounts { configuration.tokens[token] = account.identity }
    let server = APIServer(configuration)
    try await SampleCluster.seed(server, nodes: nodes)
    for path in manifests {
      do {
        try await server.apply(yaml: try TextFile.read(path))
      } catch let error as ManifestError {
        throw ValidationError("--manifest \(path): \(error)")
      }
    }

    let http = try await HTTPServer(host: listen.host, port: listen.port, serving: server)
    // Both at once: each has some seconds to start, and the callers of this wait for both.
    let (prefersReal, log) = (realBackend, logger)
    async let metrics = MetricsBackend.start(prefersReal: prefersReal, logger: log)
    async let signalling = SignalBackends.start(beside: server, prefersReal: prefersReal, logger: log)
    let (backend, signals) = try await (metrics, signalling)
    try TextFile.writePrivately(Kubeconfig(server: http.url, token: token).text, to: kubeconfig)
    for (account, token) in accounts {
      try TextFile.writePrivately(Kubeconfig(server: http.url, token: token).text, to: account.path)
    }
    if let endpoints {
      try TextFile.writePrivately(backend.endpointMap + signals.endpointMap, to: endpoints)
    }
    print("devcluster is at \(http.url) with kubeconfig \(kubeconfig)")
    TextFile.flushOutput()

    let group = ServiceGroup(
      services: [
        HTTPService(description: "API server", server: http),
        backend.service,
      ] + signals.services,
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await group.run()
    logger.info("stopped")
  }

  /// A random token.
  private static func token() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in String(generator.next(), radix: 36) }.joined()
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// Runs a server until it is told to stop.
struct HTTPService: Service, CustomStringConvertible {
  let description: String
  let server: HTTPServer

  func run() async throws {
    try await cancelWhenGracefulShutdown { try await server.run() }
  }
}
