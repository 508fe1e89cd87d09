// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// Leaves the cluster as it was found.
struct CleanUp: Sendable {
  let stage: Stage

  /// Deletes the objects, stops the operator, undoes what was installed and added, and deletes what the operator left in
  /// namespaces that were there before: Events and the Lease. Does nothing the second time.
  ///
  /// - Returns: what could not be undone, and what is still there, a line each.
  func run() async -> [String] {
    var problems: [String] = []
    func attempt(_ what: String, _ body: () async throws -> Void) async {
      do {
        try await body()
      } catch {
        problems.append("\(what): \(error)")
      }
    }
    await attempt("the objects") { try await stage.removeObjects() }
    await stage.operators.stop()
    await attempt("the Lease") { try await remove(.leases, Names.operator) }
    await attempt("the Events") { try await removeEvents() }
    let (restored, failures) = await stage.ledger.undo()
    problems += failures
    await attempt("what is left") { try await waitForAbsence(except: stage.tracesBefore.union(restored)) }
    return problems
  }

  /// Waits until nothing bears traces that did not before: the garbage collector follows a moment later.
  private func waitForAbsence(except known: Set<String>) async throws {
    let _: Bool = try await awaiting(
      "nothing", "GET of every type that discovery lists", within: stage.patience, every: .milliseconds(500)
    ) {
      let left = try await Traces(admin: stage.admin).find().filter { !known.contains($0.key) }
      let lines = left.map { "\($0.key): \($0.value)" }.sorted()
      return lines.isEmpty ? .met(true) : .not(lines.joined(separator: "; "))
    }
  }

  private func removeEvents() async throws {
    for event in try await stage.admin.all(.events) where event[path: "regarding", "kind"] == "Observability" {
      try await remove(.events, event.key)
    }
  }

  private func remove(_ type: ResourceType, _ key: ObjectKey) async throws {
    guard !stage.tracesBefore.contains("\(type) \(key)") else { return }
    try await stage.admin.remove(type, key)
  }
}
