// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import KubernetesClient
import KubernetesCore
import ProcessSupport

/// Operators that run as processes of this machine, with the rights of their ServiceAccount.
actor LocalOperators: OperatorFleet {
  private struct Replica {
    var name: String
    var process: OperatorProcess
  }

  private let admin: Admin
  private let settings: Settings
  private let addressMap: String
  private let folder: TemporaryFolder
  private var kubeconfig: (path: String, how: String)?
  private var replicas: [Replica] = []
  private var started = 0
  private var log: [String] = []

  /// - Parameter addressMap: the lines by which the operator reaches Services from here.
  init(_ admin: Admin, _ settings: Settings, addressMap: String) throws {
    self.admin = admin
    self.settings = settings
    folder = try TemporaryFolder()
    self.addressMap = try folder.write("backends", addressMap)
  }

  func start() async throws {
    let replica = try await launch()
    try await waitUntilLeading(replica)
  }

  func writes() async throws -> Int {
    guard let leader = replicas.last else { throw Refusal("no operator runs") }
    let text = try await leader.process.get("/metrics").body
    guard let count = RequestCounters.writes(in: text) else {
      throw Failure(
        expected: "the metric rest_client_requests_total", observed: Digest.bounded(text),
        request: "GET http://\(try await leader.process.address())/metrics")
    }
    return count
  }

  func restart() async throws {
    for replica in replicas {
      let ending = try await replica.process.terminate()
      keep(replica)
      try expect(
        ending == .exit(0), "the operator to exit with 0 after SIGTERM", observed: "\(ending)",
        "kill -TERM of \(replica.name)")
    }
    replicas = []
    try await start()
  }

  func failOver() async throws -> FailOver {
    guard let leader = replicas.last else { throw Refusal("no operator runs") }
    let standby = try await launch()
    try await standby.process.waitForReadiness(within: settings.patience)
    leader.process.process.signal(SIGKILL)
    try await leader.process.process.waitForEnd()
    keep(leader)
    replicas.removeAll { $0.name == leader.name }
    try await waitUntilLeading(standby)
    return FailOver(killed: leader.name, successor: standby.name)
  }

  func stop() async {
    for replica in replicas.reversed() {
      if (try? await replica.process.terminate(within: .seconds(15))) == nil { replica.process.process.signal(SIGKILL) }
      keep(replica)
    }
    replicas = []
  }

  func lastLines() async -> [String] {
    Array((log + replicas.flatMap(Self.lines)).suffix(20))
  }

  func credentials() async -> String { kubeconfig?.how ?? "none yet" }

  private func launch() async throws -> Replica {
    started += 1
    let name = "acceptance-\(started)"
    let arguments = [
      "run", "--kubeconfig", try await kubeconfigPath(), "--backend-address-map", addressMap, "--listen", "127.0.0.1:0",
    ]
    let replica = Replica(
      name: name, process: try OperatorProcess(settings.executable, arguments, environment: ["POD_NAME": name]))
    replicas.append(replica)
    return replica
  }

  private func kubeconfigPath() async throws -> String {
    if let kubeconfig { return kubeconfig.path }
    let identity = try await admin.operatorIdentity()
    let text = try OperatorKubeconfig(identity: identity, cluster: admin.client.configuration).text()
    let path = try folder.write("kubeconfig", text)
    let how =
      identity == .impersonation
      ? "impersonation of its ServiceAccount, since the server issues no tokens" : "a token of its ServiceAccount"
    kubeconfig = (path, how)
    return path
  }

  /// Waits until the replica holds the Lease and has read the cluster.
  private func waitUntilLeading(_ replica: Replica) async throws {
    // A leader that died is followed after 26 s at most.
    let limit = max(settings.patience, .seconds(40))
    let _: Bool = try await awaiting(
      "\(replica.name) to lead", Request.get(.leases, Names.operator), within: limit
    ) {
      if let ending = replica.process.process.ending {
        throw Failure(
          expected: "the operator to run",
          observed: "it ended: \(ending)\n" + Self.lines(replica).suffix(5).joined(separator: "\n"),
          request: settings.executable)
      }
      let lease = try await admin.find(.leases, Names.operator)
      let holder = lease?[path: "spec", "holderIdentity"]?.string ?? ""
      return holder.hasPrefix("\(replica.name)_") ? .met(true) : .not("the Lease is held by \"\(holder)\"")
    }
    try await replica.process.waitForReadiness(within: settings.patience)
  }

  private func keep(_ replica: Replica) { log = Array((log + Self.lines(replica)).suffix(20)) }

  private static func lines(_ replica: Replica) -> [String] {
    replica.process.process.errors.all.suffix(20).map { "\(replica.name): \($0)" }
  }
}
