// SPDX-License-Identifier: Apache-2.0

import JSON

/// Where a panel stands, in units of Grafana's grid of 24 columns.
public struct GridPlace: Hashable, Sendable {
  /// The column of the left edge.
  public var x: Int
  /// The line of the upper edge.
  public var y: Int
  /// The width.
  public var w: Int
  /// The height.
  public var h: Int

  var json: JSONValue {
    [
      "x": .integer(Int64(x)), "y": .integer(Int64(y)), "w": .integer(Int64(w)), "h": .integer(Int64(h)),
    ]
  }
}

/// Panels below a heading that folds them.
public struct DashboardRow: Hashable, Sendable {
  /// The heading; nil for panels that stand at the top without one.
  public var title: String?
  /// Whether it is folded at first: its queries run only once it is opened.
  public var isCollapsed: Bool
  /// The panels, from left to right and top to bottom.
  public var panels: [Panel]

  /// Panels below a heading.
  public init(_ title: String, isCollapsed: Bool = false, _ panels: [Panel]) {
    self.title = title
    self.isCollapsed = isCollapsed
    self.panels = panels
  }

  /// Panels at the top, without a heading.
  public init(_ panels: [Panel]) {
    title = nil
    isCollapsed = false
    self.panels = panels
  }

  func reduced(to signals: Set<Signal>) -> DashboardRow? {
    var row = self
    row.panels = panels.compactMap { $0.reduced(to: signals) }
    return row.panels.isEmpty ? nil : row
  }
}

/// Puts panels beside each other until a line is full, so that positions need not be written by hand.
struct GridLayout {
  private var id: Int64 = 0
  private var y = 0

  static let columns = 24

  /// The panels of the rows as Grafana's list has them: open rows as headings among the panels, folded ones with theirs
  /// inside.
  static func json(_ rows: [DashboardRow]) -> JSONValue {
    var layout = GridLayout()
    return .array(rows.flatMap { layout.json($0) })
  }

  private mutating func json(_ row: DashboardRow) -> [JSONValue] {
    guard let title = row.title else { return place(row.panels) }
    id += 1
    var heading: JSONObject = [
      "id": .integer(id), "type": "row", "title": .string(title), "collapsed": .bool(row.isCollapsed),
      "gridPos": GridPlace(x: 0, y: y, w: Self.columns, h: 1).json,
    ]
    y += 1
    let start = y
    let panels = place(row.panels)
    heading["panels"] = .array(row.isCollapsed ? panels : [])
    if row.isCollapsed { y = start }
    return [.object(heading)] + (row.isCollapsed ? [] : panels)
  }

  private mutating func place(_ panels: [Panel]) -> [JSONValue] {
    var x = 0
    var lineHeight = 0
    let placed = panels.map { panel -> JSONValue in
      if x + panel.width > Self.columns { (x, y, lineHeight) = (0, y + lineHeight, 0) }
      id += 1
      defer {
        x += panel.width
        lineHeight = max(lineHeight, panel.height)
      }
      return panel.json(id: id, at: GridPlace(x: x, y: y, w: panel.width, h: panel.height))
    }
    y += lineHeight
    return placed
  }
}
