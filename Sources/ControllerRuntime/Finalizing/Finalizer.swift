// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// Holds an object back from being deleted until what was made for it outside of Kubernetes, or in no namespace, is gone.
///
/// Children in the object's reach need none of this: owner references and the garbage collector do it
/// (kubernetes.io/docs/concepts/overview/working-with-objects/finalizers).
///
/// Guarantees, as long as every reconcile goes through ``run(_:work:cleanUp:)``:
/// - The work is done only on an object that was seen with the finalizer on, so whatever it makes is cleaned up.
/// - The clean-up has returned without an error before the finalizer comes off. It may run more than once, and after a
///   part of it: it must take what is gone for done.
/// - The finalizers of others are never touched, and an object of the same name that came later is never written to.
///
/// One who takes the finalizer off by hand ends these guarantees.
public struct Finalizer: Sendable {
  /// What was done.
  public enum Outcome: Hashable, Sendable {
    /// The finalizer was put on; the change that the watch tells of brings the object back.
    case added
    /// The work was done.
    case worked
    /// The clean-up was done and the finalizer is off.
    case cleanedUp
    /// The object is being deleted and there was nothing to do.
    case done
    /// The object has changed since it was read, and nothing was written; its change brings it back.
    case changedMeanwhile
  }

  /// The finalizer, such as `example.org/cleanup`: a domain of yours, a slash, and a name.
  public let name: String
  private let api: any KubernetesAPI
  private let type: ResourceType
  private let fieldManager: String

  /// A finalizer for the objects of a type.
  public init(_ name: String, type: ResourceType, api: any KubernetesAPI, fieldManager: String) {
    self.name = name
    self.type = type
    self.api = api
    self.fieldManager = fieldManager
  }

  /// Does what the object calls for: see ``FinalizerStep``.
  ///
  /// - Throws: what `work` or `cleanUp` throws; ``KubernetesError`` as the API server answered a patch.
  public func run(
    _ object: KubernetesObject, work: () async throws -> Void, cleanUp: () async throws -> Void
  ) async throws -> Outcome {
    switch FinalizerStep(name, of: object) {
    case .add(let patch):
      return try await send(patch, to: object) ? .added : .changedMeanwhile
    case .work:
      try await work()
      return .worked
    case .cleanUp(let patch):
      try await cleanUp()
      return try await send(patch, to: object) ? .cleanedUp : .changedMeanwhile
    case .done:
      return .done
    }
  }

  /// Whether the patch went through; false if the object is gone, or not as it was.
  private func send(_ patch: [JSONValue], to object: KubernetesObject) async throws(KubernetesError) -> Bool {
    do throws(KubernetesError) {
      _ = try await api.patch(type, object.key, .json(patch), WriteOptions(fieldManager: fieldManager))
      return true
    } catch {
      // A test that does not hold is a 422 without causes; one with causes says what is wrong with the object.
      if error.isNotFound || error.isConflict || error.isFailedTest { return false }
      throw error
    }
  }
}

extension KubernetesError {
  /// What the API server answers to a JSON patch that cannot be applied
  /// (`k8s.io/apiserver/pkg/endpoints/handlers/patch.go`, `applyJSPatch`).
  fileprivate var isFailedTest: Bool {
    if case .status(let status) = self { status.code == 422 && status.causes.isEmpty } else { false }
  }
}
