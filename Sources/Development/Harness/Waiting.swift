// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Waiting

extension TestCluster {
  /// Waits, by watch, until an object is as asked for, and returns it.
  ///
  /// - Throws: ``DeadlineMissed`` with the last state seen.
  @discardableResult
  public func wait(
    for type: ResourceType = observabilities, _ key: ObjectKey, within deadline: Duration = .seconds(120),
    until condition: @escaping @Sendable (KubernetesObject?) -> Bool
  ) async throws -> KubernetesObject? {
    let last = LastSeen()
    return try await withThrowingTaskGroup(of: KubernetesObject?.self) { group in
      group.addTask {
        while true {
          let list = try await admin.list(
            type, ListQuery(namespace: key.namespace, fieldSelector: "metadata.name=\(key.name)"))
          await last.set(list.items.first)
          if condition(list.items.first) { return list.items.first }
          let query = WatchQuery(
            namespace: key.namespace, fieldSelector: "metadata.name=\(key.name)",
            resourceVersion: list.resourceVersion)
          do {
            for try await event in try await admin.watch(type, query) {
              let object: KubernetesObject? =
                switch event {
                case .added(let object), .modified(let object): object
                case .deleted: nil
                case .bookmark: await last.object
                }
              await last.set(object)
              if condition(object) { return object }
            }
          } catch let error as KubernetesError where error.isExpired {
            // More happened at once than the server remembers; the list tells how it is now.
          }
        }
      }
      group.addTask {
        try await ContinuousClock().sleep(for: deadline)
        throw DeadlineMissed(
          "\(type) \(key) was not as asked for within \(deadline): \(await last.description)")
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  /// Waits until an object of our kind has a condition as asked for.
  @discardableResult
  public func wait(
    for name: String = "platform", condition type: String, is status: String = "True", reason: String? = nil,
    within deadline: Duration = .seconds(120)
  ) async throws -> KubernetesObject? {
    try await wait(ObjectKey(name: name), within: deadline) { object in
      guard let object, let condition = object.condition(type) else { return false }
      return condition.status == status && (reason == nil || condition.reason == reason)
        && condition.generation == object.generation
    }
  }
}

extension KubernetesObject {
  /// A condition of the status.
  public func condition(_ type: String) -> (status: String, reason: String, message: String, generation: Int64?)? {
    guard
      let condition = self[path: "status", "conditions"]?.array?.first(where: { $0["type"]?.string == type })
    else { return nil }
    return (
      condition["status"]?.string ?? "", condition["reason"]?.string ?? "", condition["message"]?.string ?? "",
      condition["observedGeneration"]?.integer
    )
  }
}

private actor LastSeen {
  private(set) var object: KubernetesObject?

  func set(_ object: KubernetesObject?) { self.object = object }

  var description: String { object.map { "\($0["status"] ?? .null)" } ?? "it is not there" }
}
