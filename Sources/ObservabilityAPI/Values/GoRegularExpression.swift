// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// Tells whether Go's `regexp` compiles an expression, without matching anything.
///
/// The agent hands its expressions to Go, which has no look-around and no back references and exits on what it cannot
/// compile. Follows the grammar of `regexp/syntax` (https://pkg.go.dev/regexp/syntax) with its default flags. Names of
/// Unicode scripts are not known here: any that is spelled like one passes.
struct GoRegularExpression {
  /// Whether Go compiles the text.
  static func compiles(_ text: String) -> Bool {
    var parser = GoRegularExpression(rest: text.unicodeScalars[...])
    guard let root = parser.alternation(depth: 0), parser.rest.isEmpty else { return false }
    return root.fits(Self.largestRepeat)
  }

  /// How often a repeat may ask for its argument, nested repeats multiplied.
  private static let largestRepeat = 1000
  /// How deep groups may nest.
  private static let deepest = 250

  /// A part of the expression, as far as repeats count.
  private struct Node {
    var count = 1
    var parts: [Node] = []

    func fits(_ limit: Int) -> Bool {
      guard count > 0 else { return true }
      return count <= limit && parts.allSatisfy { $0.fits(limit / count) }
    }
  }

  private var rest: Substring.UnicodeScalarView
  private var groups: Set<String> = []

  private init(rest: Substring.UnicodeScalarView) { self.rest = rest }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func take(while holds: (Unicode.Scalar) -> Bool) -> String {
    let taken = rest.prefix(while: holds)
    rest = rest[taken.endIndex...]
    return String(taken)
  }

  /// Everything up to the end or a closing parenthesis; nil if it does not compile.
  private mutating func alternation(depth: Int) -> Node? {
    guard depth <= Self.deepest else { return nil }
    var node = Node()
    // What a repeat would repeat: nothing after the start and `|`; another repeat may not follow one.
    var isRepeatable = false
    var isRepeated = false
    while let scalar = rest.first, scalar != ")" {
      if scalar == "|" {
        rest.removeFirst()
        (isRepeatable, isRepeated) = (false, false)
        continue
      }
      if let count = repetition() {
        guard isRepeatable, !isRepeated, (0...Self.largestRepeat).contains(count), let last = node.parts.popLast()
        else {
          return nil
        }
        node.parts.append(Node(count: count, parts: [last]))
        isRepeated = true
        continue
      }
      guard let parts = atom(depth: depth) else { return nil }
      node.parts += parts
      isRepeatable = isRepeatable || !parts.isEmpty
      isRepeated = isRepeated && parts.isEmpty
    }
    return node
  }

  /// How often the repeat that comes next asks for its argument, 1 for `*`, `+` and `?`; nil if none comes.
  private mutating func repetition() -> Int? {
    guard let scalar = rest.first else { return nil }
    var count = 1
    if "*+?".unicodeScalars.contains(scalar) {
      rest.removeFirst()
    } else if scalar == "{", let bounds = bounds() {
      count = bounds
    } else {
      return nil
    }
    _ = take("?")
    return count
  }

  /// Reads `{n}`, `{n,}` or `{n,m}`; anything else is literal text. A repeat that Go refuses counts as too often.
  private mutating func bounds() -> Int? {
    let start = rest
    guard take("{"), let least = number() else {
      rest = start
      return nil
    }
    var most: Int? = least
    if take(",") { most = rest.first == "}" ? nil : number() ?? -1 }
    guard most != -1, take("}") else {
      rest = start
      return nil
    }
    if let most, most < least { return Int.max }
    return most ?? least
  }

  private mutating func number() -> Int? {
    let start = rest
    let digits = take { ("0"..."9").contains($0) }
    guard !digits.isEmpty, digits == "0" || !digits.hasPrefix("0") else {
      rest = start
      return nil
    }
    return Int(digits) ?? Int.max
  }

  /// One group, class, escape or character; empty for what matches nothing, such as `(?i)`; nil if it does not compile.
  private mutating func atom(depth: Int) -> [Node]? {
    if take("(") { return group(depth: depth) }
    if take("[") { return characterClass() ? [Node()] : nil }
    if rest.first == "\\" { return escape() }
    rest.removeFirst()
    return [Node()]
  }

  private mutating func group(depth: Int) -> [Node]? {
    if take("?") {
      let start = rest
      if take("P"), rest.first != "<" { return nil }
      if take("<") {
        let name = take { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_") }
        guard !name.isEmpty, take(">"), groups.insert(name).inserted else { return nil }
      } else {
        rest = start
        guard let end = flags() else { return nil }
        if end == ")" { return [] }
      }
    }
    guard let node = alternation(depth: depth + 1), take(")") else { return nil }
    return [node]
  }

  /// Reads the flags of a group, and tells what ends them: `:` or `)`.
  private mutating func flags() -> Unicode.Scalar? {
    var isNegative = false
    var hasFlag = false
    while let scalar = rest.popFirst() {
      switch scalar {
      case "i", "m", "s", "U": hasFlag = true
      case "-" where !isNegative: (isNegative, hasFlag) = (true, false)
      case ":" where !isNegative || hasFlag, ")" where !isNegative || hasFlag: return scalar
      default: return nil
      }
    }
    return nil
  }
}

/// Escapes and classes of characters.
extension GoRegularExpression {
  /// An escape outside of a class.
  private mutating func escape() -> [Node]? {
    let after = rest.dropFirst()
    switch after.first {
    case "A", "b", "B", "z":
      rest = after.dropFirst()
      return [Node()]
    case "Q":
      rest = after.dropFirst()
      return quotation()
    default:
      return classEscape() ?? (character() != nil) ? [Node()] : nil
    }
  }

  /// Literal text up to `\E` or the end.
  private mutating func quotation() -> [Node] {
    var parts: [Node] = []
    while let scalar = rest.popFirst() {
      if scalar == "\\", take("E") { break }
      parts.append(Node())
    }
    return parts
  }

  /// Reads `\d`, `\pL` or `\p{Greek}`; nil if none comes, false if Go has no such class.
  private mutating func classEscape() -> Bool? {
    guard rest.first == "\\", let kind = rest.dropFirst().first else { return nil }
    if "dswDSW".unicodeScalars.contains(kind) {
      rest = rest.dropFirst(2)
      return true
    }
    guard kind == "p" || kind == "P" else { return nil }
    rest = rest.dropFirst(2)
    guard take("{") else { return rest.popFirst().map { "CLMNPSZ".unicodeScalars.contains($0) } ?? false }
    _ = take("^")
    let name = take { $0 != "}" }
    guard take("}") else { return false }
    if name.count <= 2 { return Self.categories.contains(name) }
    return name.first?.isUppercase == true && name.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == 0x5F }
  }

  private static let categories: Set<String> = [
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
  ]

  /// What follows `[`, up to and with the closing bracket.
  private mutating func characterClass() -> Bool {
    _ = take("^")
    var isFirst = true
    while let scalar = rest.first, isFirst || scalar != "]" {
      isFirst = false
      if let isKnown = namedClass() ?? classEscape() {
        guard isKnown else { return false }
        continue
      }
      guard let low = character() else { return false }
      guard rest.first == "-", let next = rest.dropFirst().first, next != "]" else { continue }
      rest.removeFirst()
      guard let high = character(), high >= low else { return false }
    }
    return take("]")
  }

  /// Reads `[:alpha:]`; nil if none comes, false if Go has no such class.
  private mutating func namedClass() -> Bool? {
    let text = String(rest)
    guard text.hasPrefix("[:"), let end = text.dropFirst(2).firstRange(of: ":]") else { return nil }
    let name = text[..<end.lowerBound].dropFirst(2)
    rest = rest.dropFirst(name.unicodeScalars.count + 4)
    return Self.named.contains(String(name.hasPrefix("^") ? name.dropFirst() : name))
  }

  private static let named: Set<String> = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
  ]

  /// The value of one character or escape of a character; nil if it does not compile.
  private mutating func character() -> UInt32? {
    guard let scalar = rest.popFirst() else { return nil }
    guard scalar == "\\" else { return scalar.value }
    guard let escaped = rest.popFirst() else { return nil }
    switch escaped {
    case "1"..."7":
      guard let next = rest.first, ("0"..."7").contains(next) else { return nil }
      return octal(escaped)
    case "0": return octal(escaped)
    case "x": return hexadecimal()
    case "a": return 7
    case "f": return 12
    case "n": return 10
    case "r": return 13
    case "t": return 9
    case "v": return 11
    default:
      let isWord = escaped.value < 128 && UInt8(escaped.value).isASCIIAlphanumeric
      return escaped.isASCII && !isWord ? escaped.value : nil
    }
  }

  private mutating func octal(_ first: Unicode.Scalar) -> UInt32 {
    var value = first.value - 0x30
    for _ in 0..<2 {
      guard let next = rest.first, ("0"..."7").contains(next) else { break }
      value = value * 8 + next.value - 0x30
      rest.removeFirst()
    }
    return value
  }

  private mutating func hexadecimal() -> UInt32? {
    let isHex: (Unicode.Scalar) -> Bool = { $0.isASCII && $0.properties.isASCIIHexDigit }
    if take("{") {
      let digits = take(while: isHex)
      guard take("}"), let value = UInt32(digits, radix: 16), value <= 0x10FFFF else { return nil }
      return value
    }
    let digits = rest.prefix(2)
    guard digits.count == 2, digits.allSatisfy(isHex) else { return nil }
    rest = rest.dropFirst(2)
    return UInt32(String(digits), radix: 16)
  }
}
