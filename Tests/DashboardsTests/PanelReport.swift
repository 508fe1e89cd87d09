// SPDX-License-Identifier: Apache-2.0

import Dashboards
import Glibc

/// What became of the queries of dashboards, as a table.
struct PanelReport {
  struct Finding {
    var problem: String?
    var isEmpty = false
    var isError = false
    var took = Duration.zero
  }

  private struct Line {
    var panels = 0
    var queries = 0
    var empty = 0
    var errors = 0
    var slowest = Duration.zero
    var slowestPanel = ""
  }
  private var lines: [(title: String, line: Line)] = []

  /// Runs a query as its panel does.
  static func run(_ target: PanelTarget, of panel: Panel, at store: MetricsStore) async -> Finding {
    let start = ContinuousClock.now
    do {
      let expression = Scenario.filled(target.expression)
      let answer =
        target.isInstant ? try await store.instant(expression) : try await store.range(expression)
      var finding = Finding(took: ContinuousClock.now - start)
      finding.isEmpty = answer.isEmpty
      finding.problem = answer.isEmpty ? "empty: \(expression)" : problem(answer, target, panel)
      return finding
    } catch {
      return Finding(problem: "\(error)", isError: true, took: ContinuousClock.now - start)
    }
  }

  private static func problem(_ answer: [MetricsStore.Series], _ target: PanelTarget, _ panel: Panel) -> String? {
    let names = answer.map { Set($0.labels.keys) }
    switch panel.kind {
    case .table(let layout):
      if let wrong = names.first(where: { $0 != Set(layout.labels) }) {
        return "the table has columns for \(layout.labels), and the answer has \(wrong.sorted())"
      }
    case .nodeGraph:
      let needed: Set = target.refID == "edges" ? ["id", "source", "target"] : ["id"]
      if let wrong = names.first(where: { !$0.isSuperset(of: needed) }) {
        return "\(needed) are not among \(wrong.sorted())"
      }
    case .stat: if answer.count != 1 { return "\(answer.count) numbers, not one" }
    case .timeseries:
      let legend = Set(target.legendLabels)
      if let wrong = names.first(where: { !$0.isSuperset(of: legend) }) {
        return "the legend needs \(legend), and the answer has \(wrong.sorted())"
      }
      let told = Set(answer.map { series in target.legendLabels.map { series.labels[$0] ?? "" } })
      if told.count != answer.count { return "\(answer.count) series, and \(told.count) names: \(target.legend)" }
    case .text: break
    }
    return nil
  }

  mutating func add(_ dashboard: Dashboard, _ panel: Panel, _ finding: Finding) {
    if lines.last?.title != dashboard.title { lines.append((dashboard.title, Line())) }
    var line = lines[lines.count - 1].line
    line.panels = dashboard.panels.count
    line.queries += 1
    line.empty += finding.isEmpty ? 1 : 0
    line.errors += finding.isError ? 1 : 0
    if finding.took > line.slowest { (line.slowest, line.slowestPanel) = (finding.took, panel.title) }
    lines[lines.count - 1].line = line
  }

  /// Writes the table if `DASHBOARD_REPORT` is set.
  func print(_ signals: Set<Signal>) {
    guard getenv("DASHBOARD_REPORT") != nil else { return }
    var text = "signals: \(signals.map(\.rawValue).sorted().joined(separator: " "))\n"
    text += "| dashboard | panels | queries | empty | errors | slowest |\n|---|---|---|---|---|---|\n"
    for (title, line) in lines {
      let milliseconds =
        line.slowest.components.attoseconds / 1_000_000_000_000_000 + line.slowest.components.seconds * 1000
      text += "| \(title) | \(line.panels) | \(line.queries) | \(line.empty) | \(line.errors) | "
      text += "\(line.slowestPanel), \(milliseconds) ms |\n"
    }
    Swift.print(text)
  }
}
