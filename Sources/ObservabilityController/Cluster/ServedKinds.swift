// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Synchronization

/// Which kinds of optional children the cluster serves, by discovery.
///
/// Neither a watch nor a missing right tells: to a client without the right the API server answers 403 whether or not it
/// serves the type. Queried only for objects that want such a child; so it costs others no request.
final class ServedKinds: Sendable {
  /// How long an answer is used.
  static let pause = Duration.seconds(600)
  /// How long nothing is asked after a query that failed.
  static let retry = Duration.seconds(30)

  private struct Answer {
    var isServed: Bool
    var due: Duration
  }

  private let api: any KubernetesAPI
  private let environment: RuntimeEnvironment
  private let answers = Mutex<[ResourceType: Answer]>([:])

  init(api: any KubernetesAPI, environment: RuntimeEnvironment) {
    self.api = api
    self.environment = environment
  }

  /// Whether the cluster serves the type, as far as that is known.
  func isServed(_ type: ResourceType) -> Bool { answers.withLock { $0[type]?.isServed ?? false } }

  /// Queries the types whose last answer is old.
  ///
  /// - Returns: when to ask again for what could not be asked; nil if everything was answered. What was known of it stands.
  func query(_ types: Set<ResourceType>) async -> Duration? {
    var next: Duration?
    for type in types.sorted(by: { $0.description < $1.description }) {
      let now = environment.now()
      let known = answers.withLock { $0[type] }
      if let known, known.due > now { continue }
      do throws(KubernetesError) {
        let isServed = try await api.serves(type)
        answers.withLock { $0[type] = Answer(isServed: isServed, due: now + Self.pause) }
      } catch {
        answers.withLock { $0[type] = Answer(isServed: known?.isServed ?? false, due: now + Self.retry) }
        next = Self.retry
      }
    }
    return next
  }
}

extension ObservabilityReconciler {
  /// Finds out which of the optional children that the object wants the cluster has a kind for.
  func queryOptionalKinds(_ pass: inout Pass) async {
    guard let spec = try? decoded.decode(pass.object).spec else { return }
    let wanted = parts.ordered.filter { $0.isWanted(spec) }.flatMap(\.children)
    let types = Set(wanted.filter { $0.isOptional && $0.isWanted(spec) }.map(\.type))
    guard !types.isEmpty else { return }
    pass.nextLooks += [await served.query(types)].compactMap(\.self)
  }

  /// Whether a child has a kind in this cluster, as far as it may be without.
  func isServed(_ child: Child) -> Bool {
    parts.types.kind(of: child.id)?.kind.isOptional != true || served.isServed(child.type)
  }
}
