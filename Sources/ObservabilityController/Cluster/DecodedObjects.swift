// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import NodeEligibility
import ObservabilityAPI
import Synchronization

/// Objects decoded once for each generation: every pass looks at all of them for overlapping node pools.
final class DecodedObjects: Sendable {
  private struct Entry {
    var uid: String?
    var generation: Int64?
    var result: Result<Observability, InvalidObservability>
    /// Whether the object looks as if the cluster's definition were not that of this release.
    var isSuspect: Bool
  }

  private struct State {
    var entries: [String: Entry] = [:]
    /// How the cluster's definition differs, if it does.
    var difference: DefinitionDifference?
  }

  private let state = Mutex(State())

  func decode(_ object: KubernetesObject) throws(InvalidObservability) -> Observability {
    try entry(object).result.get()
  }

  /// Whether the object has a field that this release does not know, or lacks a default that it has: the API server fills
  /// in the defaults of its definition, and drops what that does not have.
  func isSuspect(_ object: KubernetesObject) -> Bool { entry(object).isSuspect }

  /// Takes note of how the cluster's definition differs, by which objects are read.
  func set(_ difference: DefinitionDifference?) {
    state.withLock { state in
      guard state.difference != difference else { return }
      state = State(difference: difference)
    }
  }

  /// Every object as far as it asks for nodes; nil until the objects have been read.
  func claimants(_ informers: Informers) -> [NodeClaimant]? {
    guard let store = informers.store(Watches.objects), store.isSynced else { return nil }
    return store.all().map { object in
      let spec = object.isBeingDeleted ? nil : try? decode(object).spec
      return NodeClaimant(object, agent: spec?.nodeAgent)
    }
  }

  func forget(_ name: String) {
    state.withLock { $0.entries[name] = nil }
  }

  private func entry(_ object: KubernetesObject) -> Entry {
    let (known, difference) = state.withLock { ($0.entries[object.name], $0.difference) }
    if let known, known.uid == object.uid, known.generation == object.generation { return known }
    let whole = JSONValue.object(object.content)
    let content = difference?.withoutUnknownDefaults(whole) ?? whole
    let result = Result { () throws(InvalidObservability) in try ObservabilityDecoder.decode(content) }
    let entry = Entry(
      uid: object.uid, generation: object.generation, result: result,
      isSuspect: content != whole || Self.isSuspect(content, result))
    state.withLock { $0.entries[object.name] = entry }
    return entry
  }

  private static func isSuspect(_ object: JSONValue, _ result: Result<Observability, InvalidObservability>) -> Bool {
    switch result {
    case .failure(let error): error.namesUnknownField
    case .success: ObservabilityDecoder.lacksDefaults(object)
    }
  }
}
