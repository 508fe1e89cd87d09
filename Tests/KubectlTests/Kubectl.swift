// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Glibc
import Logging
import ProcessSupport
import Testing

/// A stock kubectl against an API server of this process.
struct Kubectl: Sendable {
  /// What a command ended with, and what it wrote, without the end of the last line.
  struct Outcome: Sendable {
    let command: String
    let ending: ChildProcess.Ending
    let output: String
    let errors: String

    var hasSucceeded: Bool { ending == .exit(0) }
  }

  /// The program on the PATH or in `/usr/bin`; nil if it is not installed.
  static let binary: String? = {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return (path.split(separator: ":").map(String.init) + ["/usr/bin"]).map { $0 + "/kubectl" }
      .first { access($0, X_OK) == 0 }
  }()

  /// Whether a missing kubectl fails the tests rather than skipping them; `.ci/run` asks for it.
  static let isRequired = getenv("REQUIRE_KUBECTL").map { String(cString: $0) } ?? "" != ""

  /// How to get it.
  static let advice: Comment =
    "kubectl is not installed (apt-get install kubernetes-client, or https://kubernetes.io/docs/tasks/tools/)"

  let server: APIServer
  let folder: TemporaryFolder
  /// Where the server listens.
  let url: String
  /// The program.
  let binary: String
  /// The file that leads to the server.
  let kubeconfig: String

  /// Runs the body beside a server that anyone may ask over HTTP: kubectl sends no token without TLS.
  static func with(
    _ change: @Sendable (inout APIServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (Kubectl) async throws -> Void
  ) async throws {
    let binary = try #require(Self.binary, Self.advice)
    var configuration = APIServerConfiguration(adminToken: "unused")
    configuration.tokenless = .admin
    configuration.logger = Logger(label: "kubectl-tests") { _ in SwiftLogNoOpLogHandler() }
    change(&configuration)
    let server = APIServer(configuration)
    let http = try await HTTPServer(serving: server)
    let folder = try TemporaryFolder()
    let kubectl = Kubectl(
      server: server, folder: folder, url: http.url, binary: binary,
      kubeconfig: try folder.write("kubeconfig", Kubeconfig(server: http.url, token: "unused").text))
    let serving = Task { try await http.run() }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(kubectl))
    } catch {
      result = .failure(error)
    }
    serving.cancel()
    _ = await serving.result
    try result.get()
  }

  /// Starts a command, for those that go on until they are ended.
  func start(_ arguments: String, _ more: [String] = [], variables: [String: String] = [:]) throws -> ChildProcess {
    try ChildProcess(
      binary, arguments.split(separator: " ").map(String.init) + more,
      environment: ["KUBECONFIG": kubeconfig, "HOME": folder.path].merging(variables) { $1 })
  }

  /// How a command ends, whichever way. What cannot be split at spaces goes into `more`.
  func outcome(
    _ arguments: String, _ more: [String] = [], variables: [String: String] = [:]
  ) async throws -> Outcome {
    let process = try start(arguments, more, variables: variables)
    let ending = try await process.waitForEnd(within: .seconds(60))
    return Outcome(
      command: (["kubectl", arguments] + more).joined(separator: " "), ending: ending,
      output: process.output.all.joined(separator: "\n"), errors: process.errors.all.joined(separator: "\n"))
  }

  /// What a command prints; fails the test with what it complains of if it does not succeed.
  @discardableResult
  func callAsFunction(
    _ arguments: String, _ more: [String] = [], variables: [String: String] = [:]
  ) async throws -> String {
    let outcome = try await outcome(arguments, more, variables: variables)
    #expect(
      outcome.hasSucceeded, "\(outcome.command): \(outcome.ending)\n\(outcome.output)\n\(outcome.errors)")
    return outcome.output
  }
}
