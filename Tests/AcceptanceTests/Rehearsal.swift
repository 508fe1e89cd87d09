// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Glibc
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ProcessSupport
import Synchronization

@testable import acceptance

/// A run of the program in this process against an API server in memory, with its lines.
final class Rehearsal: Sendable {
  let server: APIServer
  let settings: Settings
  private let printed = Mutex<[String]>([])

  /// The repository.
  static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// The lines so far.
  var lines: [String] { printed.withLock { $0 } }

  /// The lines of failed checks of a group.
  func failures(of group: String) -> [String] { lines.filter { $0.hasPrefix("FAILED   \(group): ") } }

  /// Starts a server and runs the body beside it.
  ///
  /// - Parameters:
  ///   - isBare: whether the server has neither nodes nor Services, and nothing that starts pods: a kube-apiserver with its
  ///     controllers alone.
  ///   - issuesTokens: whether the server has the TokenRequest API.
  static func perform(
    root: String = Rehearsal.root, groups: Set<String>, patience: Duration = .seconds(60), executable: String? = nil,
    isBare: Bool = false, mayStandIn: Bool = true, issuesTokens: Bool = false,
    _ body: (Rehearsal) async throws -> Void
  ) async throws {
    var configuration = APIServerConfiguration(adminToken: "admin")
    configuration.logger = Logger(label: "devcluster") { _ in SwiftLogNoOpLogHandler() }
    // The operator labels no node unless its policy on nodes is seen to hold.
    configuration.admission = { NodeLabelGuard.standard.refusal($0) }
    if isBare { configuration.podFate = { _, _ in .pending } }
    if issuesTokens {
      configuration.tokens["issued"] = .serviceAccount(
        namespace: "cozy-observability", name: "observability-operator")
      configuration.faults = FaultPlan { request in
        guard request.method == "POST",
          request.path.hasPrefix("/api/v1/namespaces/cozy-observability/serviceaccounts/observability-operator/token")
        else { return nil }
        return .answer(APIResponse(status: 201, json: ["kind": "TokenRequest", "status": ["token": "issued"]]))
      }
    }
    let server = APIServer(configuration)
    if !isBare { try await SampleCluster.seed(server) }
    let http = try await HTTPServer(serving: server)
    let serving = Task { try? await http.run() }
    let settings = Settings(
      cluster: ClusterConfiguration(server: http.url, credentials: .token("admin")), root: root,
      executable: try executable ?? BuiltExecutable.path("observability-operator"), mayStandIn: mayStandIn,
      groups: groups,
      patience: patience)
    let outcome = await Result.of { try await body(Rehearsal(server: server, settings: settings)) }
    serving.cancel()
    await serving.value
    try outcome.get()
  }

  private init(server: APIServer, settings: Settings) {
    self.server = server
    self.settings = settings
  }

  /// Runs the program.
  func run(capabilities: Capabilities? = nil) async -> Int32 {
    await Acceptance(settings: settings) { [self] line in printed.withLock { $0.append(line) } }
      .run(capabilities: capabilities)
  }

  /// What a person would see of the cluster: every object that could be left, by name, with what a change would show in.
  func inventory() async throws -> [String] {
    let admin = try Admin(settings.cluster, patience: .seconds(5))
    var found: [String] = []
    for path in Discovery.paths(in: try await admin.json("/apis")) {
      for resource in Discovery.types(in: try await admin.json(path)) where resource.verbs.contains("list") {
        for object in try await admin.all(resource.type) where resource.type.kind != "Event" || object.kind == "Event" {
          found.append("\(resource.type) \(object.key) \(object.uid ?? "") \(object.labels.sorted { $0.key < $1.key })")
        }
      }
    }
    await admin.close()
    return found.sorted()
  }
}

/// A copy of `config` in which one file differs, beside the rest of the repository.
struct AlteredRepository {
  private let folder: TemporaryFolder

  var path: String { folder.path }

  /// - Parameters:
  ///   - file: a file of `config/rbac`.
  ///   - change: makes its new text.
  init(_ file: String, _ change: (String) throws -> String) throws {
    folder = try TemporaryFolder()
    let source = Rehearsal.root
    for name in ["config", "config/default", "config/rbac"] { mkdir("\(folder.path)/\(name)", 0o755) }
    for name in ["config/crd", "config/manager", "config/samples", "Tests"] {
      symlink("\(source)/\(name)", "\(folder.path)/\(name)")
    }
    for name in ["default", "rbac"] {
      for entry in try TextFile.names(in: "\(source)/config/\(name)", ending: ".yaml") {
        let text = try TextFile.read("\(source)/config/\(name)/\(entry)")
        try folder.write("config/\(name)/\(entry)", entry == file ? try change(text) : text)
      }
    }
  }
}
