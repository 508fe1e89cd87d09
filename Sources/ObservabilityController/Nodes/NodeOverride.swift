// SPDX-License-Identifier: Apache-2.0

/// What the administrator of a node says of it, against what the operator would find.
enum NodeOverride: Hashable, Sendable {
  /// The node gets an agent, whatever its kernel is and whatever was found on it.
  case eligible
  /// The node gets none.
  case ineligible
  /// A value that means nothing, and so is ignored.
  case unknown(String)

  /// The annotation on nodes that says so.
  static let annotation = "observability.cozystack.io/node-agent-override"
  /// The longest value that is kept, in bytes; it is shown to people.
  static let longest = 32

  /// Whether the value means nothing.
  var isUnknown: Bool { if case .unknown = self { true } else { false } }

  init(_ value: String) {
    switch value {
    case "eligible": self = .eligible
    case "ineligible": self = .ineligible
    default: self = .unknown(value)
    }
  }
}
