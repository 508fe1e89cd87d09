// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Synchronization

/// What the API server makes of a child on the way in: the answer to an apply holds something else than was applied.
///
/// A mutating admission policy or webhook does that at each write, and so does a feature of the server that is switched
/// off and whose fields it drops. Writing the same again is of no use, so it is tried at growing intervals only.
public struct Alteration: Hashable, Sendable {
  /// The fields, bounded in number.
  public var fields: [String]
  /// Whether these fields of the child were not known to be altered before.
  public var isNew: Bool
}

/// Remembers which fields of which child the server alters, and when the next try is due.
final class Alterations: Sendable {
  private static let waits = ExponentialBackoff.Policy(
    base: .seconds(60), cap: .seconds(300), jitter: 0, resetAfter: nil)

  private struct Record {
    /// The hash of what was applied.
    var hash: String
    var fields: [String]
    var count = 0
    var last: Duration
  }

  private let environment: RuntimeEnvironment
  private let records = Mutex<[ChildID: Record]>([:])

  init(environment: RuntimeEnvironment) {
    self.environment = environment
  }

  /// Notes what the answer to an apply holds otherwise; nil if it holds what was applied.
  func answered(_ child: ChildID, hash: String, fields: [String]) -> Alteration? {
    let now = environment.now()
    return records.withLock { records in
      guard !fields.isEmpty else {
        records[child] = nil
        return nil
      }
      let known = records[child]
      let isSame = known?.fields == fields
      let count = isSame && known?.hash == hash ? (known?.count ?? 0) + 1 : 0
      records[child] = Record(hash: hash, fields: fields, count: count, last: now)
      return Alteration(fields: fields, isNew: !isSame)
    }
  }

  /// The fields of the child that the server alters, as far as that was found for what is applied now.
  func fields(of child: ChildID, hash: String) -> Set<String> {
    records.withLock { records in records[child].flatMap { $0.hash == hash ? Set($0.fields) : nil } ?? [] }
  }

  /// What is known to be altered, told before.
  func known(_ child: ChildID, hash: String) -> Alteration? {
    records.withLock { records in
      records[child].flatMap { $0.hash == hash ? Alteration(fields: $0.fields, isNew: false) : nil }
    }
  }

  /// How long until the same is applied again; nil if it may be now.
  func remainingBackoff(of child: ChildID) -> Duration? {
    let now = environment.now()
    guard let record = records.withLock({ $0[child] }) else { return nil }
    let remaining = record.last + Self.waits.delay(after: record.count, random: 0) - now
    return remaining > .zero ? remaining : nil
  }

  /// The child holds what was applied, or is gone.
  func forget(_ child: ChildID) {
    records.withLock { $0[child] = nil }
  }
}
