// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Whether the admission policy on nodes binds this operator, found out by a dry run that it must refuse.
///
/// Without the policy the right to patch nodes is the right to take over the cluster, so no node is written to until it is
/// shown to hold: once after each start as the leader, with one request, and again at growing intervals if it does not.
package final class NodePolicyProof: Sendable {
  /// The policy that is to be proved.
  package struct Policy: Sendable {
    /// Its name.
    var name: String
    /// How its refusal of a change of another label begins.
    var refusal: String
    /// What is said while it does not hold, without a full stop.
    var warning: String

    package init(name: String, refusal: String, warning: String) {
      self.name = name
      self.refusal = refusal
      self.warning = warning
    }
  }

  /// What is known.
  package enum Outcome: Hashable, Sendable {
    /// Nothing yet: no node was there to try it on, or the answers so far prove nothing.
    case unknown
    /// The policy refused the change.
    case holds
    /// The change would have been made.
    case missing
    /// Something else refused the change, such as a missing right or another policy.
    case refused(KubernetesError)
    /// The dry run failed ``patience`` times in a row, as it does while a webhook on nodes is down.
    case failing(KubernetesError)

    /// What the answer to the dry run shows.
    ///
    /// - Parameters:
    ///   - refusal: how the refusal of the policy begins.
    ///   - failures: how many dry runs in a row have failed, with this one.
    init(_ error: KubernetesError?, refusal: String, failures: Int = 1) {
      guard let error else {
        self = .missing
        return
      }
      if case .status(let status) = error, status.message.contains(refusal) {
        self = .holds
      } else {
        self =
          error.isForbidden || error.isInvalid
          ? .refused(error) : failures < NodePolicyProof.patience ? .unknown : .failing(error)
      }
    }

    /// Why no node may be written to; nil if it may.
    func obstacle(_ policy: Policy) -> KubernetesError? {
      switch self {
      case .holds: nil
      case .unknown: .malformed("the admission policy \(policy.name) has not been seen to hold yet")
      case .missing: .status(APIStatus(code: 403, reason: "NodePolicyMissing", message: policy.warning))
      case .refused(let error), .failing(let error): error
      }
    }
  }

  /// How often in a row a dry run may fail without proving anything before that is reported.
  static let patience = 5
  /// The longest wait between two tries while the policy does not hold.
  static let longestWait = Duration.seconds(300)
  /// The longest wait between two tries while the dry run fails: agents wait for it to recover.
  static let longestWaitWhileFailing = Duration.seconds(60)
  /// A label that no policy but ours would mind, and that the operator never sets.
  static let probe = "observability.cozystack.io/node-policy-probe"

  private let api: any KubernetesAPI
  private let informers: Informers
  private let policy: Policy
  private let fieldManager: String
  private let environment: RuntimeEnvironment
  private let logger: Logger
  private let state = Mutex(Outcome.unknown)

  init(
    api: any KubernetesAPI, informers: Informers, policy: Policy, fieldManager: String,
    environment: RuntimeEnvironment, logger: Logger
  ) {
    self.api = api
    self.informers = informers
    self.policy = policy
    self.fieldManager = fieldManager
    self.environment = environment
    self.logger = logger
  }

  /// What is known now.
  var outcome: Outcome { state.withLock { $0 } }

  /// Why no node may be written to; nil if it may.
  var obstacle: KubernetesError? { outcome.obstacle(policy) }

  /// Tries until the policy is shown to hold, or the task is cancelled.
  ///
  /// - Parameter onChange: called with each outcome that differs from the one before.
  func run(onChange: @Sendable (Outcome) -> Void) async {
    var wait = Duration.seconds(1)
    var failures = 0
    while !Task.isCancelled {
      await informers.waitUntilSynced([.nodes])
      let outcome = await tried(&failures)
      if Task.isCancelled { return }
      let before = state.withLock { state in
        defer { state = outcome }
        return state
      }
      if outcome != before {
        report(outcome)
        onChange(outcome)
      }
      guard outcome != .holds else { return }
      // Without a node there was no request, and the first node must not wait long.
      if outcome == .unknown, informers.store(.nodes)?.count == 0 { wait = .seconds(1) }
      let longest = failures > 0 ? Self.longestWaitWhileFailing : Self.longestWait
      try? await environment.sleep(min(wait * (1 + environment.random() / 2), longest))
      wait = min(wait * 2, longest)
    }
  }

  /// - Parameter failures: how many dry runs in a row have failed; counted here.
  private func tried(_ failures: inout Int) async -> Outcome {
    guard let node = informers.store(.nodes)?.all().first else { return .unknown }
    do throws(KubernetesError) {
      let change = Patch.merge(["metadata": ["labels": [Self.probe: "true"]]])
      _ = try await api.patch(
        .nodes, node.key, change, WriteOptions(fieldManager: fieldManager, dryRun: true))
      failures = 0
      return .missing
    } catch {
      let isAnswered = error.isForbidden || error.isInvalid
      failures = isAnswered ? 0 : min(failures + 1, Self.patience)
      return Outcome(error, refusal: policy.refusal, failures: failures)
    }
  }

  private func report(_ outcome: Outcome) {
    switch outcome {
    case .unknown: break
    case .holds: logger.debug("node policy holds", metadata: ["policy": "\(policy.name)"])
    case .missing: logger.warning("node policy missing", metadata: ["cause": "\(policy.warning)"])
    case .refused(let error), .failing(let error):
      logger.warning("node policy not proved", metadata: ["cause": "\(error)"])
    }
  }
}
