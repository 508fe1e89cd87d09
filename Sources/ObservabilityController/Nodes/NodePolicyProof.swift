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
final class NodePolicyProof: Sendable {
  /// What is known.
  enum Outcome: Hashable, Sendable {
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
    /// - Parameter failures: how many dry runs in a row have failed, with this one.
    init(_ error: KubernetesError?, failures: Int = 1) {
      guard let error else {
        self = .missing
        return
      }
      if case .status(let status) = error, status.message.contains(NodePolicy.refusal) {
        self = .holds
      } else {
        self =
          error.isForbidden || error.isInvalid
          ? .refused(error) : failures < NodePolicyProof.patience ? .unknown : .failing(error)
      }
    }

    /// Why no node may be written to; nil if it may.
    var obstacle: KubernetesError? {
      switch self {
      case .holds: nil
      case .unknown: .malformed("the admission policy \(NodePolicy.policy.name) has not been seen to hold yet")
      case .missing:
        .status(APIStatus(code: 403, reason: "NodePolicyMissing", message: NodePolicyProof.warning))
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

  /// What is said while the policy does not hold.
  static let warning =
    "The admission policy \(NodePolicy.policy.name) does not bind the operator's account: a dry run that it must refuse "
    + "was let through. No node is labelled until it does. Apply config/rbac of this release, with a ClusterRoleBinding "
    + "labelled \(AdmissionPolicy.subjectsLabel.name)=\(AdmissionPolicy.subjectsLabel.value) that names the account"

  private let api: any KubernetesAPI
  private let informers: Informers
  private let environment: RuntimeEnvironment
  private let logger: Logger
  private let state = Mutex(Outcome.unknown)

  init(api: any KubernetesAPI, informers: Informers, environment: RuntimeEnvironment, logger: Logger) {
    self.api = api
    self.informers = informers
    self.environment = environment
    self.logger = logger
  }

  /// What is known now.
  var outcome: Outcome { state.withLock { $0 } }

  /// Tries until the policy is shown to hold, or the task is cancelled.
  ///
  /// - Parameter onChange: called with each outcome that differs from the one before.
  func run(onChange: @Sendable (Outcome) -> Void) async {
    var wait = Duration.seconds(1)
    var failures = 0
    while !Task.isCancelled {
      await informers.waitUntilSynced([Watches.nodes])
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
      if outcome == .unknown, informers.store(Watches.nodes)?.count == 0 { wait = .seconds(1) }
      let longest = failures > 0 ? Self.longestWaitWhileFailing : Self.longestWait
      try? await environment.sleep(min(wait * (1 + environment.random() / 2), longest))
      wait = min(wait * 2, longest)
    }
  }

  /// - Parameter failures: how many dry runs in a row have failed; counted here.
  private func tried(_ failures: inout Int) async -> Outcome {
    guard let node = informers.store(Watches.nodes)?.all().first else { return .unknown }
    do throws(KubernetesError) {
      let change = Patch.merge(["metadata": ["labels": [Self.probe: "true"]]])
      _ = try await api.patch(
        .nodes, node.key, change, WriteOptions(fieldManager: OperatorSettings.fieldManager, dryRun: true))
      failures = 0
      return Outcome(nil)
    } catch {
      let isAnswered = error.isForbidden || error.isInvalid
      failures = isAnswered ? 0 : min(failures + 1, Self.patience)
      return Outcome(error, failures: failures)
    }
  }

  private func report(_ outcome: Outcome) {
    switch outcome {
    case .unknown: break
    case .holds: logger.debug("node policy holds", metadata: ["policy": "\(NodePolicy.policy.name)"])
    case .missing: logger.warning("node policy missing", metadata: ["cause": "\(Self.warning)"])
    case .refused(let error), .failing(let error):
      logger.warning("node policy not proved", metadata: ["cause": "\(error)"])
    }
  }
}
