// SPDX-License-Identifier: Apache-2.0

import JSON

/// The values from which a panel changes its colour.
public struct Thresholds: Hashable, Sendable {
  /// A colour that holds from a value on.
  public struct Step: Hashable, Sendable {
    /// The colour's name in Grafana's palette.
    public var color: String
    /// The smallest value of that colour.
    public var from: Double
  }

  /// The colour below the first step.
  public var base: String
  /// The steps, ascending.
  public var steps: [Step]

  /// Thresholds made of their parts.
  public init(base: String = "green", steps: [Step] = []) {
    self.base = base
    self.steps = steps
  }

  /// No colour has a meaning.
  public static let none = Thresholds(base: "text")

  /// Green, then yellow, then red as the value grows.
  public static func rising(warning: Double, critical: Double) -> Thresholds {
    Thresholds(steps: [Step(color: "yellow", from: warning), Step(color: "red", from: critical)])
  }

  /// Red below the value, green from it on.
  public static func atLeast(_ value: Double) -> Thresholds {
    Thresholds(base: "red", steps: [Step(color: "green", from: value)])
  }

  var json: JSONValue {
    let first: JSONValue = ["color": .string(base), "value": .null]
    let others = steps.map { step -> JSONValue in ["color": .string(step.color), "value": .double(step.from)] }
    return ["mode": "absolute", "steps": .array([first] + others)]
  }
}
