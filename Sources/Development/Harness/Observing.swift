// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import KubernetesClient
import KubernetesCore
import Waiting

extension TestCluster {
  /// The Events with that reason.
  public func events(reason: String) async throws -> [KubernetesObject] {
    try await admin.list(.events, ListQuery()).items.filter { $0["reason"]?.string == reason }
  }

  /// Waits for an Event with that reason.
  @discardableResult
  public func waitForEvent(reason: String, within deadline: Duration = .seconds(60)) async throws -> JSONValue {
    try await withThrowingTaskGroup(of: JSONValue.self) { group in
      group.addTask {
        let query = WatchQuery(namespace: "default", timeoutSeconds: 300)
        while true {
          for try await event in try await admin.watch(.events, query) {
            if case .added(let object) = event, object["reason"]?.string == reason { return .object(object.content) }
          }
        }
      }
      group.addTask {
        try await ContinuousClock().sleep(for: deadline)
        throw DeadlineMissed("no Event with reason \(reason) within \(deadline)")
      }
      defer { group.cancelAll() }
      return try await group.next() ?? .null
    }
  }

  /// All that the operator wrote, as text: children, Events, and the status of objects of our kind.
  public func everythingStoredByTheOperator() async throws -> String {
    var texts: [String] = []
    for type in [
      ResourceType.daemonSets, .serviceAccounts, .networkPolicies, .events, Self.observabilities,
    ] {
      texts += try await admin.list(type, ListQuery()).items.map { JSONWriter.text(.object($0.content)) }
    }
    return texts.joined(separator: "\n")
  }
}

extension RunningOperator {
  /// Waits until a line with that message has been logged.
  public func waitForLine(_ message: String, within deadline: Duration = .seconds(60)) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await log.waitForLine(message) }
      group.addTask {
        try await ContinuousClock().sleep(for: deadline)
        throw DeadlineMissed("no line \"\(message)\" within \(deadline); there are: \(log.all)")
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
