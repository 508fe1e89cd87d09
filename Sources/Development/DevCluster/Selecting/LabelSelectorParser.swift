// SPDX-License-Identifier: Apache-2.0

/// Reads `a=b,c!=d,e in (f,g),!h` as `k8s.io/apimachinery/pkg/labels/selector.go` does.
struct LabelSelectorParser {
  private var tokens: [String] = []
  private var position = 0
  private static let special: Set<Character> = ["=", "!", "(", ")", ",", "<", ">"]
  private static let operators: Set<String> = ["=", "==", "!=", "in", "notin", "(", ")", ",", "!", "<", ">"]

  init(_ text: String) {
    var rest = Substring(text)
    while let first = rest.first {
      if first == " " || first == "\t" {
        rest.removeFirst()
      } else if ["==", "!="].contains(rest.prefix(2)) {
        tokens.append(String(rest.prefix(2)))
        rest.removeFirst(2)
      } else if Self.special.contains(first) {
        tokens.append(String(first))
        rest.removeFirst()
      } else {
        let word = rest.prefix { !Self.special.contains($0) && $0 != " " && $0 != "\t" }
        tokens.append(String(word))
        rest.removeFirst(word.count)
      }
    }
  }

  mutating func parse() throws(APIStatus) -> [LabelSelector.Requirement] {
    var requirements: [LabelSelector.Requirement] = []
    guard !tokens.isEmpty else { return [] }
    while true {
      requirements.append(try requirement())
      guard let token = next() else { return requirements }
      guard token == "," else { throw unexpected(token, "',' or 'end of string'") }
      if position == tokens.count { throw unexpected("", "identifier after ','") }
    }
  }

  private mutating func requirement() throws(APIStatus) -> LabelSelector.Requirement {
    guard let first = next() else { throw unexpected("", "!, identifier, or 'end of string'") }
    if first == "!" {
      guard let key = next(), !Self.operators.contains(key) else { throw unexpected("", "identifier") }
      return .init(key: key, isA: .doesNotExist, values: [])
    }
    guard !Self.operators.contains(first) else { throw unexpected(first, "!, identifier, or 'end of string'") }
    guard let sign = peek(), sign != "," else { return .init(key: first, isA: .exists, values: []) }
    position += 1
    switch sign {
    case "=", "==": return .init(key: first, isA: .isIn, values: [value()])
    case "!=": return .init(key: first, isA: .notIn, values: [value()])
    case ">": return .init(key: first, isA: .greaterThan, values: [value()])
    case "<": return .init(key: first, isA: .lessThan, values: [value()])
    case "in": return .init(key: first, isA: .isIn, values: try values())
    case "notin": return .init(key: first, isA: .notIn, values: try values())
    default: throw unexpected(sign, "in, notin, =, ==, !=, gt, lt")
    }
  }

  private mutating func value() -> String {
    guard let token = peek(), token != "," else { return "" }
    position += 1
    return token
  }

  private mutating func values() throws(APIStatus) -> [String] {
    guard next() == "(" else { throw unexpected(tokens[position - 1], "'('") }
    var values: [String] = []
    while let token = next() {
      if token == ")" { return values }
      if token != "," { values.append(token) }
    }
    throw unexpected("", "',' or ')'")
  }

  private func peek() -> String? { position < tokens.count ? tokens[position] : nil }

  private mutating func next() -> String? {
    defer { position = min(position + 1, tokens.count) }
    return peek()
  }

  private func unexpected(_ token: String, _ expected: String) -> APIStatus {
    .badRequest("found '\(token)', expected: \(expected)")
  }
}
