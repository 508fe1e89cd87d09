// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// A value that is made up once and kept, such as a password. Never logged, and never written over.
enum GeneratedValue: Hashable, Sendable {
  /// That many letters and digits; 32 of them are 190 bits.
  case text(length: Int)

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

  /// A new value.
  ///
  /// - Parameter random: returns that many unpredictable bytes.
  func make(random: (Int) -> [UInt8]) -> [UInt8] {
    switch self {
    case .text(let length):
      var text: [UInt8] = []
      // What is beyond the last whole multiple of the alphabet would make some letters likelier.
      let limit = 256 / Self.alphabet.count * Self.alphabet.count
      while text.count < length {
        text += random(2 * length).filter { Int($0) < limit }.map { Self.alphabet[Int($0) % Self.alphabet.count] }
      }
      return Array(text.prefix(length))
    }
  }
}

/// A child could not be created, because an object of that name is there and belongs to somebody else.
struct ForeignChild: Error, CustomStringConvertible {
  let child: ChildID

  var description: String {
    "\(child.kind) \(child.key) is there already and does not name this object as its owner, so it is left alone. "
      + "Delete or rename it; the child is created then."
  }
}

extension ObservabilityReconciler {
  /// Creates a child that holds generated values. What is there already is kept as it is: only its labels and owner are put
  /// right, and those of somebody else's object are not.
  func create(
    _ plan: ApplyPlan, _ child: Child, _ kind: ChildKind, owner: String?
  ) async throws -> AppliedChild {
    var content = child.manifest
    content["data"] = .object(
      JSONObject(
        kind.generated.sorted { $0.key < $1.key }.map { name, value in
          (name, .string(Base64.encode(value.make(random: environment.unforeseeable))))
        }))
    do throws(KubernetesError) {
      return try await applier.create(plan, content)
    } catch {
      guard error.isConflict else { throw error }
    }
    let query = ListQuery(
      namespace: child.namespace, fieldSelector: "metadata.name=\(child.key.name)", form: .metadata)
    let present = try await api.list(child.type, query).items.first { $0.name == child.key.name }
    guard let present, let owner, present.isOwned(by: owner) else {
      throw ForeignChild(child: child.id)
    }
    return try await applier.apply(plan)
  }
}
