// SPDX-License-Identifier: Apache-2.0

/// One line of the table.
struct Figure: Sendable {
  var name: String
  var value: String
  /// What it is made of; empty if that says nothing more.
  var parts = ""
  /// What it is held against; empty if there is nothing.
  var floor = ""
  /// Whether it is held; nil if it is only told.
  var isHeld: Bool?

  /// A count that must not be higher than its floor.
  static func count(_ name: String, _ value: Int, atMost floor: Int, parts: String = "") -> Figure {
    Figure(name: name, value: "\(value)", parts: parts, floor: "≤ \(floor)", isHeld: value <= floor)
  }

  /// A count that proves nothing if it is lower, either.
  static func count(_ name: String, _ value: Int, exactly floor: Int, parts: String = "") -> Figure {
    Figure(name: name, value: "\(value)", parts: parts, floor: "= \(floor)", isHeld: value == floor)
  }

  /// Durations that are told, not held: they depend on the machine.
  static func times(_ name: String, _ values: [Duration]) -> Figure {
    let sorted = values.map(\.milliseconds).sorted()
    guard let least = sorted.first, let most = sorted.last else { return Figure(name: name, value: "not measured") }
    return Figure(
      name: "\(name), ms: min / median / max of \(sorted.count)",
      value: "\(least.tenths) / \(sorted[sorted.count / 2].tenths) / \(most.tenths)")
  }
}

/// The figures as a Markdown table whose columns are aligned, all but the last.
struct Table {
  var figures: [Figure]

  var text: String {
    let rows =
      [["figure", "measured", "floor", "", "made of"]]
      + figures.map { figure in
        [figure.name, figure.value, figure.floor, figure.isHeld.map { $0 ? "held" : "MISSED" } ?? "", figure.parts]
      }
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 } + [0]
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).map { cell, width in
        cell + String(repeating: " ", count: max(0, width - cell.count))
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|"
    return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
  }

  var isHeld: Bool { !figures.contains { $0.isHeld == false } }
}

extension Duration {
  var milliseconds: Double { self / .milliseconds(1) }
}

extension Double {
  /// With one digit after the point.
  var tenths: String {
    let whole = Int((self * 10).rounded())
    return "\(whole / 10).\(whole % 10)"
  }
}
