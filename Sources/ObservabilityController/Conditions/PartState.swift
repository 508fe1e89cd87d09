// SPDX-License-Identifier: Apache-2.0

/// How one part of an object's result is.
enum PartState: Hashable, Sendable {
  /// As it should be.
  case good(Finding)
  /// Not yet, but on its way.
  case progressing(Finding)
  /// Not as it should be.
  case bad(Finding)

  var finding: Finding {
    switch self {
    case .good(let finding), .progressing(let finding), .bad(let finding): finding
    }
  }

  var isGood: Bool {
    if case .good = self { true } else { false }
  }
}
