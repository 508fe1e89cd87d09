// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import KubernetesClient
import KubernetesCore
import ProcessSupport

/// An operator process and the cluster that it runs against, with what is needed to count between two quiet moments.
struct Subject: Sendable {
  let served: ServedCluster
  let running: OperatorProcess

  var cluster: TestCluster { served.cluster }

  /// The children of the object, in a place where a watch sees them.
  static let children: [ResourceType] = [.serviceAccounts, .networkPolicies, .daemonSets]
  static let child = ObjectKey(namespace: "cozy-coroot", name: "platform-node-agent")
  static let object = ObjectKey(name: "platform")

  /// How long nothing may be asked or worked on until the operator counts as quiet.
  private static let quietFor = Duration.milliseconds(500)

  /// Starts the operator for the time of the body, as a rule without an election: a candidate's Lease is no part of what
  /// an object costs.
  static func run<Result: Sendable>(
    _ path: String, _ served: ServedCluster, options: [String] = ["--no-leader-election"],
    _ body: (Subject) async throws -> Result
  ) async throws -> Result {
    try await OperatorProcess.run(path, served.arguments + options + ["--log-level", "info"]) { running in
      try await running.waitForReadiness()
      return try await body(Subject(served: served, running: running))
    }
  }

  /// The requests of the operator that an action leads to, up to the next quiet moment.
  ///
  /// - Parameter passes: the least number of reconciles that must have run; an action that leads to none would count
  ///   nothing and prove nothing.
  func requests(passes: Double = 1, after action: @Sendable () async throws -> Void) async throws -> [LoggedRequest] {
    try await settle(passes: 0)
    let before = try await running.metric("controller_runtime_reconcile_total")
    await cluster.server.clearRequestLog()
    try await action()
    try await settle(passes: before + passes)
    return await cluster.operatorRequests()
  }

  /// Waits until that many reconciles have run in all, none waits, and nothing has been asked for a while.
  func settle(passes: Double) async throws {
    let clock = ContinuousClock()
    let quiet = Quiet(since: clock.now)
    try await eventually("the operator is quiet", within: .seconds(60), state: { running.process.errors.text }) {
      let count = await cluster.server.requests
      let done = try await running.metric("controller_runtime_reconcile_total")
      let waiting = try await running.metric("workqueue_depth")
      let busy = try await running.metric("controller_runtime_active_workers")
      let isQuiet = await quiet.look(
        "\(count) \(done)", isIdle: waiting == 0 && busy == 0 && done >= passes, at: clock.now)
      return isQuiet >= Self.quietFor ? true : nil
    }
  }

  private actor Quiet {
    private var since: ContinuousClock.Instant
    private var last = ""

    init(since: ContinuousClock.Instant) { self.since = since }

    /// For how long nothing has changed.
    func look(_ state: String, isIdle: Bool, at now: ContinuousClock.Instant) -> Duration {
      if state != last || !isIdle {
        last = state
        since = now
      }
      return now - since
    }
  }
}
