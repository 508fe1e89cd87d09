// SPDX-License-Identifier: Apache-2.0

/// One line of the table.
struct Figure: Sendable {
  var name: String
  var value: String
  /// What it is made of; empty if that says nothing more.
  var parts = ""
  /// What it is held against; empty if there is nothing.
  var floor = ""
  /// How it stands against that; nil if there is nothing.
  var verdict: Verdict?
  /// What the vendor's Go operator needs for the same work; empty if nobody measured that.
  var vendor = ""

  /// How a figure stands against its floor, or its aim.
  enum Verdict: String {
    /// A count that is no higher than its floor.
    case held
    /// A count above its floor; the whole run fails.
    case missed = "FAILED"
    /// A time or a size as good as its aim.
    case reached
    /// A time or a size that is not; told, not held, because it depends on the machine.
    case short = "missed"
  }

  /// A count that must not be higher than its floor.
  static func count(_ name: String, _ value: Int, atMost floor: Int, parts: String = "") -> Figure {
    Figure(name: name, value: "\(value)", parts: parts, floor: "≤ \(floor)", verdict: value <= floor ? .held : .missed)
  }

  /// A count that proves nothing if it is lower, either.
  static func count(_ name: String, _ value: Int, exactly floor: Int, parts: String = "") -> Figure {
    Figure(name: name, value: "\(value)", parts: parts, floor: "= \(floor)", verdict: value == floor ? .held : .missed)
  }

  /// Durations that depend on the machine; the median stands against the aim.
  static func times(_ name: String, _ values: [Duration], aim: Duration? = nil) -> Figure {
    let sorted = values.map(\.milliseconds).sorted()
    guard let least = sorted.first, let most = sorted.last else { return Figure(name: name, value: "not measured") }
    let median = sorted[sorted.count / 2]
    let figure = Figure(
      name: "\(name), ms: min / median / max of \(sorted.count)",
      value: "\(least.tenths) / \(median.tenths) / \(most.tenths)")
    guard let aim else { return figure }
    return figure.aiming("≤ \(aim.milliseconds.tenths) ms", isReached: median <= aim.milliseconds)
  }

  /// Something done per second, at least as much as its aim.
  static func rate(_ name: String, _ value: Double, atLeast aim: Int, parts: String = "") -> Figure {
    Figure(name: name, value: "\(Int(value))", parts: parts).aiming("≥ \(aim)", isReached: value >= Double(aim))
  }

  /// One duration.
  static func time(_ name: String, _ value: Duration, aim: Duration? = nil) -> Figure {
    let figure = Figure(name: name, value: "\((value / .seconds(1)).hundredths) s")
    guard let aim else { return figure }
    return figure.aiming("≤ \((aim / .seconds(1)).tenths) s", isReached: value <= aim)
  }

  /// Bytes of memory, told in MiB.
  static func size(_ name: String, _ bytes: Int, aim mebibytes: Int? = nil) -> Figure {
    let figure = Figure(name: name, value: bytes.mebibytes)
    guard let mebibytes else { return figure }
    return figure.aiming("≤ \(mebibytes) MiB", isReached: bytes <= mebibytes << 20)
  }

  /// This figure beside an aim.
  func aiming(_ aim: String, isReached: Bool) -> Figure {
    var figure = self
    figure.floor = aim
    figure.verdict = isReached ? .reached : .short
    return figure
  }

  /// This figure beside that of the vendor's Go operator, as it was reported for the same work on one machine.
  func vendor(_ text: String) -> Figure {
    var figure = self
    figure.vendor = text
    return figure
  }
}

/// The figures as a Markdown table whose columns are aligned, all but the last.
struct Table {
  var figures: [Figure]

  var text: String {
    let rows =
      [["figure", "measured", "floor or aim", "", "vendor's Go operator (as reported)", "made of"]]
      + figures.map { figure in
        [figure.name, figure.value, figure.floor, figure.verdict?.rawValue ?? "", figure.vendor, figure.parts]
      }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 } + [0]
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).map { cell, width in
        cell + String(repeating: " ", count: max(0, width - cell.count))
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|"
    return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
  }

  /// What it comes to: `37 figures: 12 counts held, 0 failed; 10 aims reached, 1 missed`.
  var summary: String {
    func count(_ verdict: Figure.Verdict) -> Int { figures.count { $0.verdict == verdict } }
    return "\(figures.count) figures: \(count(.held)) counts held, \(count(.missed)) failed; "
      + "\(count(.reached)) aims reached, \(count(.short)) missed"
  }

  var isHeld: Bool { !figures.contains { $0.verdict == .missed } }
}

extension Duration {
  var milliseconds: Double { self / .milliseconds(1) }
}

extension Double {
  /// With one digit after the point.
  var tenths: String {
    let whole = Int((self * 10).rounded())
    return (whole < 0 ? "-" : "") + "\(abs(whole) / 10).\(abs(whole) % 10)"
  }

  /// With two digits after the point.
  var hundredths: String {
    let whole = Int((self * 100).rounded())
    let rest = String(abs(whole) % 100)
    return (whole < 0 ? "-" : "") + "\(abs(whole) / 100)." + (rest.count < 2 ? "0" : "") + rest
  }
}
