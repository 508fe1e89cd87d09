// SPDX-License-Identifier: Apache-2.0

import Dashboards
import Glibc
import JSON

/// What the panels' queries answered, for `make pictures`: one file a dashboard in the folder that `DASHBOARD_ANSWERS`
/// names; nothing without it.
enum Answers {
  static func write(_ store: MetricsStore) async throws {
    guard let folder = getenv("DASHBOARD_ANSWERS").map({ String(cString: $0) }) else { return }
    for dashboard in DashboardCatalog.dashboards(Set(Signal.allCases)) {
      var panels: [String: JSONValue] = [:]
      for (index, panel) in dashboard.panels.enumerated() {
        var answers: [JSONValue] = []
        for (refID, target) in panel.namedTargets {
          let result = try await result(of: target, store)
          answers.append(["refId": .string(refID), "legend": .string(target.legend), "result": .array(result)])
        }
        panels["\(index)"] = .array(answers)
      }
      let page: JSONValue = [
        "dashboard": dashboard.json,
        "answers": .array((0..<dashboard.panels.count).map { panels["\($0)"] ?? [] }),
      ]
      let bytes = JSONWriter.bytes(page)
      guard let file = fopen("\(folder)/\(dashboard.uid).json", "w") else {
        throw MetricsStore.Failure(description: "\(folder) cannot be written")
      }
      defer { fclose(file) }
      guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
        throw MetricsStore.Failure(description: "\(folder) is full")
      }
    }
  }

  private static func result(of target: PanelTarget, _ store: MetricsStore) async throws -> [JSONValue] {
    let expression = Scenario.filled(target.expression)
    guard target.isInstant else {
      let times = "&start=\(Int(Clock.start))&end=\(Int(Clock.start + Clock.end))&step=60"
      return try await store.raw("/api/v1/query_range", expression, times)
    }
    return try await store.raw("/api/v1/query", expression, "&time=\(Int(Clock.start + Clock.end))")
  }
}
