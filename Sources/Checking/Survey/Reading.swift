// SPDX-License-Identifier: Apache-2.0

import KubernetesClient

/// What became of a request for something.
package enum Reading<Value: Sendable>: Sendable {
  /// The answer.
  case read(Value)
  /// The caller lacks the right, named as in `list nodes`.
  case forbidden(right: String)
  /// There was no answer that could be used, and why.
  case failed(String)
  /// It was not asked for, because nothing follows from it.
  case notRead

  /// The answer, if there is one.
  package var value: Value? { if case .read(let value) = self { value } else { nil } }

  /// The item that says why it could not be read; nil if it was read, or not asked for.
  ///
  /// - Parameter what: what was to be read, in the plural: `Pods of namespace cozy-coroot`.
  func unread(_ topic: CheckTopic, _ what: String, object: String? = nil) -> CheckItem? {
    switch self {
    case .read, .notRead: nil
    case .forbidden(let right):
      CheckItem(
        topic, .unknown, "\(what) cannot be read: you lack the right to \(right).",
        remedy: "Ask for that right, or name an account that has it by --kubeconfig or --context.", object: object)
    case .failed(let cause):
      CheckItem(topic, .unknown, "\(what) cannot be read: \(cause).", object: object)
    }
  }

  /// The reading of a request.
  ///
  /// - Parameter right: what the caller must be allowed to do.
  init(right: String, _ request: () async throws(KubernetesError) -> Value) async {
    do throws(KubernetesError) {
      self = .read(try await request())
    } catch {
      self = error.isForbidden ? .forbidden(right: right) : .failed("\(error)")
    }
  }
}
