// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Synchronization

/// Writes the status of objects, and only if it says something new.
///
/// A store lags behind what was just written: keep one writer for the life of the process, tell it of every change of an
/// object with ``observed(_:_:)``, and begin each reconcile from ``latest(_:_:)``.
public final class StatusWriter: Sendable {
  /// The field manager of the status: the manager of the rest with `-status` after it.
  public let fieldManager: String

  /// How long a status that the API server stores otherwise than it was written is left so.
  static let alteredBackoff = Duration.seconds(300)

  /// What was written last of an object, and what the API server made of it.
  private struct Last: Sendable {
    var uid: String?
    var written: JSONValue?
    var stored: JSONValue?
    var at: Duration
  }

  private let api: any KubernetesAPI
  private let recent: RecentWrites
  private let environment: RuntimeEnvironment
  private let last = Mutex<[ChildID: Last]>([:])
  private let pace: RepairBackoff

  /// A writer whose field manager is derived from that of the rest.
  public init(api: any KubernetesAPI, fieldManager: String, environment: RuntimeEnvironment = .live) {
    self.api = api
    self.environment = environment
    pace = RepairBackoff(environment: environment)
    recent = RecentWrites(environment: environment)
    self.fieldManager = fieldManager + "-status"
  }

  /// The object as it is known: as stored, or as the last write left it if the store has not been told of that yet.
  public func latest(_ type: ResourceType, _ stored: KubernetesObject) -> KubernetesObject {
    let known = recent.current(ChildID(type: type, key: stored.key), stored: stored).object
    // A successor of the same name was never written to.
    return known?.uid == stored.uid ? known ?? stored : stored
  }

  /// Takes note of a change that a store has been told of; says whether it is just what was written here, and so no
  /// reason to look at the object again.
  @discardableResult
  public func observed(_ type: ResourceType, _ change: StoreChange) -> Bool {
    recent.observed(ChildID(type: type, key: change.key), change)
  }

  /// Whether a store has not been told yet of what was written to an object, so that ``latest(_:_:)`` may be older than
  /// what it shows: look again in a few seconds. A new list may have passed the write over, and then nothing tells of it.
  public func isAwaited(_ type: ResourceType, _ key: ObjectKey) -> Bool {
    recent.isAwaited(ChildID(type: type, key: key))
  }

  /// Drops what is remembered of an object, which then is as stored: the server was asked, and it is not as remembered.
  public func forget(_ type: ResourceType, _ key: ObjectKey) {
    let id = ChildID(type: type, key: key)
    recent.forget(id)
    last.withLock { $0[id] = nil }
  }

  /// How long a status is left as it is because another process writes it each time it was written here; nil if it may be
  /// written now. Look again then.
  public func remainingBackoff(_ type: ResourceType, _ key: ObjectKey) -> Duration? {
    pace.remainingBackoff(of: ChildID(type: type, key: key))
  }

  /// Makes the status of an object what is given, and says whether a request was needed.
  ///
  /// Two statuses are equal when they hold the same, an absent member being equal to `false`, `0`, `""`, `[]`, `{}` and
  /// null; lists must be equal element by element. The status is ours alone: a member that another manager put there
  /// would be seen as a difference each time. What admission made of the very same status a moment ago is not written again
  /// for 5 minutes, and a status that another process changes each time ever more rarely; see ``remainingBackoff(_:_:)``.
  /// - Parameter live: the object as it is known; its UID goes with the request, so that a successor of the same name is
  ///   never written to.
  /// - Throws: ``KubernetesError`` as the API server answered it.
  @discardableResult
  public func write(
    type: ResourceType, live: KubernetesObject, status: JSONObject
  ) async throws(KubernetesError) -> Bool {
    let (id, written) = (ChildID(type: type, key: live.key), Self.normalized(.object(status)))
    let stored = Self.normalized(live["status"] ?? .null)
    guard written != stored else { return false }
    let now = environment.now()
    var isRepair = false
    if let known = last.withLock({ $0[id] }), known.uid == live.uid {
      if known.written == written, known.stored == stored, now - known.at < Self.alteredBackoff { return false }
      isRepair = known.stored != stored
    }
    if isRepair, pace.remainingBackoff(of: id) != nil { return false }
    var object = KubernetesObject(type: type, namespace: live.namespace, name: live.name)
    if let uid = live.uid { object["metadata"]?["uid"] = .string(uid) }
    object["status"] = .object(status)
    let answer = try await api.apply(
      type, object, ApplyOptions(fieldManager: fieldManager, force: true, subresource: "status"))
    let kept = Self.normalized(answer["status"] ?? .null)
    last.withLock { $0[id] = Last(uid: live.uid, written: written, stored: kept, at: now) }
    if isRepair { pace.repaired(id) }
    recent.remember(id, stored: live, hash: "", answer: answer)
    return true
  }

  /// The value without what equals absence; nil if nothing is left.
  private static func normalized(_ value: JSONValue) -> JSONValue? {
    switch value {
    case .null, .bool(false), .integer(0), .double(0), .string(""): return nil
    case .array(let elements):
      return elements.isEmpty ? nil : .array(elements.map { normalized($0) ?? .null })
    case .object(let members):
      let kept = JSONObject(members.compactMap { key, value in normalized(value).map { (key, $0) } })
      return kept.isEmpty ? nil : .object(kept)
    default: return value
    }
  }
}
