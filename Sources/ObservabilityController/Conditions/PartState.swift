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

  /// What is wrong, if something is.
  var badFinding: Finding? {
    if case .bad(let finding) = self { finding } else { nil }
  }

  var isGood: Bool {
    if case .good = self { true } else { false }
  }
}
