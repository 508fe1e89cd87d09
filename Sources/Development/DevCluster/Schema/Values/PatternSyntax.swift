// SPDX-License-Identifier: Apache-2.0

/// Regular expressions of schemas.
///
/// The API server uses RE2; this uses the standard library's engine, which knows the same common syntax but
/// backtracks. Hence the limits: patterns up to ``maximumPatternLength`` bytes, text up to ``maximumTextLength``.
enum Pattern {
  static let maximumPatternLength = 2048
  static let maximumTextLength = 65536

  /// Whether the pattern matches anywhere in the text. Text that is too long never matches.
  static func matches(_ pattern: String, _ text: String) -> Bool {
    guard text.utf8.count <= maximumTextLength, let regex = try? Regex(pattern) else { return false }
    return text.firstMatch(of: regex.matchingSemantics(.unicodeScalar)) != nil
  }
}

/// Whether a regular expression is one of RE2, with the words of Go's `regexp` for what is wrong.
///
/// The standard library's engine reads more than RE2 does: look-around, backreferences and possessive repetition, which
/// the API server refuses. Source: `regexp/syntax/parse.go` of Go.
struct PatternSyntax {
  private let pattern: [Character]
  private var position = 0
  private var groups = 0
  /// Whether something stands before that can be repeated, and whether it already is.
  private var operand: (exists: Bool, repetition: String?) = (false, nil)

  /// What is wrong, or nil if nothing is.
  static func problem(_ pattern: String) -> String? {
    guard pattern.utf8.count <= Pattern.maximumPatternLength else {
      return "it has more than \(Pattern.maximumPatternLength) bytes, the most that this server takes"
    }
    var syntax = PatternSyntax(pattern: Array(pattern))
    do throws(Problem) {
      try syntax.read()
    } catch {
      return "error parsing regexp: \(error.text)"
    }
    do {
      _ = try Regex(pattern)
      return nil
    } catch {
      return "this server cannot use it: \(error)"
    }
  }

  private struct Problem: Error {
    let text: String

    init(_ kind: String, _ part: some StringProtocol) { text = "\(kind): `\(part)`" }
  }

  private var whole: String { String(pattern) }

  private mutating func read() throws(Problem) {
    while position < pattern.count {
      let character = pattern[position]
      switch character {
      case "(": try open()
      case ")":
        guard groups > 0 else { throw Problem("unexpected )", whole) }
        groups -= 1
        advance()
      case "[": try readClass()
      case "|":
        position += 1
        operand = (false, nil)
      case "*", "+", "?": try repeated(String(character))
      case "{":
        if let counted = countedRepetition() { try repeated(counted) } else { advance() }
      case "\\": try escape()
      default: advance()
      }
    }
    guard groups == 0 else { throw Problem("missing closing )", whole) }
  }

  private mutating func advance(_ count: Int = 1) {
    position += count
    operand = (true, nil)
  }

  private mutating func open() throws(Problem) {
    groups += 1
    let rest = String(pattern[position...].prefix(4))
    position += 1
    operand = (false, nil)
    guard rest.hasPrefix("(?") else { return }
    let name = pattern[position...].dropFirst()
    if rest.hasPrefix("(?P<") || rest.hasPrefix("(?<"), !rest.hasPrefix("(?<="), !rest.hasPrefix("(?<!") {
      guard let end = name.firstIndex(of: ">") else { throw Problem("invalid named capture", whole) }
      position = end + 1
      return
    }
    let flags = name.prefix { "imsU-".contains($0) }
    guard let last = name.dropFirst(flags.count).first, last == ":" || last == ")" && !flags.isEmpty else {
      // Go shows what it read: up to the first character that is no flag.
      let shown = flags.isEmpty ? rest.prefix(rest.hasPrefix("(?<") ? 4 : 3) : "(?\(flags)"[...]
      throw Problem("invalid or unsupported Perl syntax", shown)
    }
    position += 1 + flags.count + 1
    if last == ")" { groups -= 1 }
  }

  private mutating func readClass() throws(Problem) {
    let start = position
    position += 1
    if position < pattern.count, pattern[position] == "^" { position += 1 }
    // A bracket at the first place stands for itself.
    var isFirst = true
    while position < pattern.count, isFirst || pattern[position] != "]" {
      isFirst = false
      if pattern[position] == "\\" {
        guard position + 1 < pattern.count else { break }
        position += 1
      } else if pattern[position] == "[", position + 1 < pattern.count, pattern[position + 1] == ":" {
        if let end = pattern[position...].firstIndex(of: "]") { position = end }
      }
      position += 1
    }
    guard position < pattern.count else { throw Problem("missing closing ]", String(pattern[start...])) }
    advance()
  }

  private mutating func escape() throws(Problem) {
    guard position + 1 < pattern.count else { throw Problem("trailing backslash at end of expression", "") }
    let next = pattern[position + 1]
    let isKnown = !next.isLetter && !next.isNumber || "pPdDwWsSbBAzQECafnrtvx0".contains(next)
    guard isKnown else { throw Problem("invalid escape sequence", "\\\(next)") }
    advance(2)
  }

  private mutating func repeated(_ symbol: String) throws(Problem) {
    guard operand.exists else { throw Problem("missing argument to repetition operator", symbol) }
    if symbol.split(whereSeparator: { !$0.isNumber }).contains(where: { (Int($0) ?? .max) > 1000 }) {
      throw Problem("invalid repeat count", symbol)
    }
    var text = symbol
    position += symbol.count
    if position < pattern.count, pattern[position] == "?" {
      text += "?"
      position += 1
    }
    if let earlier = operand.repetition { throw Problem("invalid nested repetition operator", earlier + text) }
    operand.repetition = text
  }

  /// The text of a repetition such as `{2,5}`; nil if the brace stands for itself.
  private func countedRepetition() -> String? {
    guard let end = pattern[position...].firstIndex(of: "}") else { return nil }
    let bounds = pattern[(position + 1)..<end].split(separator: ",", omittingEmptySubsequences: false)
    guard (1...2).contains(bounds.count), bounds[0].count > 0,
      bounds.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
    else { return nil }
    return String(pattern[position...end])
  }
}
