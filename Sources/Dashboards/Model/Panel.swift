// SPDX-License-Identifier: Apache-2.0

import JSON

/// One picture of a dashboard.
public struct Panel: Hashable, Sendable {
  /// How the answers are drawn: core panels of Grafana 11.6 only.
  public enum Kind: Hashable, Sendable {
    /// One number, with a small graph behind it.
    case stat
    /// Lines over time, or areas on each other.
    case timeseries(isStacked: Bool)
    /// Rows and columns.
    case table(TableLayout)
    /// Circles and arrows.
    case nodeGraph
    /// Markdown.
    case text(String)
  }

  /// How the answers are drawn.
  public var kind: Kind
  /// The heading.
  public var title: String
  /// What is shown, and what a bad value means.
  public var description: String
  /// What the numbers mean.
  public var unit: PanelUnit
  /// The queries.
  public var targets: [PanelTarget]
  /// Columns of the 24 that the panel takes.
  public var width: Int
  /// Grid units of height.
  public var height: Int
  /// Where colours change.
  public var thresholds: Thresholds
  /// Links from values.
  public var links: [DataLink]
  /// What is said when there is no answer: the signal that is missing.
  public var noValue: String
  /// What must be reported for the panel to make sense; queries may need more.
  public var needs: Set<Signal>

  /// The panel with the queries that the signals answer; nil if none is left.
  func reduced(to signals: Set<Signal>) -> Panel? {
    guard needs.isSubset(of: signals) else { return nil }
    var panel = self
    panel.targets.removeAll { !$0.needs.isSubset(of: signals) }
    if case .text = kind { return panel }
    return panel.targets.isEmpty ? nil : panel
  }

  /// The queries with the letters or names that the JSON gives them.
  public var namedTargets: [(refID: String, target: PanelTarget)] {
    targets.enumerated().map { index, target in
      (target.refID ?? String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index % 26))), target)
    }
  }
}

extension Panel {
  /// One number of the first row, four columns wide.
  static func stat(
    _ title: String, _ description: String, unit: PanelUnit, thresholds: Thresholds = .none, needs: Set<Signal> = [],
    noValue: String = "no data", _ expression: String
  ) -> Panel {
    Panel(
      kind: .stat, title: title, description: description, unit: unit, targets: [.instant(expression, title)],
      width: 4, height: 4, thresholds: thresholds, links: [], noValue: noValue, needs: needs)
  }

  /// Lines over time.
  static func graph(
    _ title: String, _ description: String, unit: PanelUnit, width: Int = 8, isStacked: Bool = false,
    needs: Set<Signal> = [], links: [DataLink] = [], noValue: String = "no data", _ targets: PanelTarget...
  ) -> Panel {
    Panel(
      kind: .timeseries(isStacked: isStacked), title: title, description: description, unit: unit, targets: targets,
      width: width, height: 8, thresholds: .none, links: links, noValue: noValue, needs: needs)
  }

  /// Rows and columns.
  static func table(
    _ title: String, _ description: String, unit: PanelUnit = .short, width: Int = 24, height: Int = 9,
    layout: TableLayout, thresholds: Thresholds = .none, needs: Set<Signal> = [], noValue: String = "no data",
    _ targets: PanelTarget...
  ) -> Panel {
    Panel(
      kind: .table(layout), title: title, description: description, unit: unit, targets: targets, width: width,
      height: height, thresholds: thresholds, links: [], noValue: noValue, needs: needs)
  }
}
