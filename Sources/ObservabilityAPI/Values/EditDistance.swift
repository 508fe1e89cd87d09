// SPDX-License-Identifier: Apache-2.0

/// Finds what a mistyped name was meant to be.
enum EditDistance {
  /// The candidate nearest to the name, unless even that one differs in more than a third of its letters.
  static func nearest(to name: String, among candidates: [String]) -> String? {
    guard name.utf8.count <= 64 else { return nil }
    let typed = Array(name.lowercased().utf8)
    let ranked = candidates.map { (name: $0, distance: between(typed, Array($0.lowercased().utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, best.name.utf8.count / 3)
    else { return nil }
    return best.name
  }

  /// How many letters must be inserted, removed, replaced or swapped with their neighbour (optimal string alignment).
  static func between(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var older: [Int] = []
    var previous = Array(0...right.count)
    for row in 1...left.count {
      var current = [row]
      for column in 1...right.count {
        let substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
        var best = min(previous[column] + 1, current[column - 1] + 1, substitution)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          best = min(best, older[column - 2] + 1)
        }
        current.append(best)
      }
      older = previous
      previous = current
    }
    return previous[right.count]
  }
}
