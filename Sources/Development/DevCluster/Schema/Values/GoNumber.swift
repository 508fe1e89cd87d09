// SPDX-License-Identifier: Apache-2.0

import JSON

/// Numbers as Go writes them. The API server's messages and the objects that it stores depend on it.
enum GoNumber {
  /// The number without an exponent: `strconv.FormatFloat(value, 'f', -1, 64)`.
  static func plain(_ value: Double) -> String {
    let (sign, digits, point) = parts(value)
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  /// The number as `%v` prints it: with an exponent from 1e+06 on, or below 0.0001.
  static func general(_ value: Double) -> String {
    let (sign, digits, point) = parts(value)
    let exponent = point - 1
    guard exponent < -4 || exponent >= 6 else { return plain(value) }
    let fraction = digits.dropFirst()
    let magnitude = String(exponent.magnitude)
    return sign + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + (exponent < 0 ? "e-" : "e+")
      + (magnitude.count < 2 ? "0" : "") + magnitude
  }

  /// A bound of a schema, which Go keeps as a float64, as it is written: 2^62 becomes 4611686018427388000.
  static func float(_ number: JSONValue) -> JSONValue {
    number.double.map { written($0) } ?? number
  }

  /// A float64 as it is read again after it was written: 1.0 is written as 1, and so becomes an integer.
  static func written(_ value: Double) -> JSONValue {
    guard value == value.rounded(), value.magnitude < 1e21, let integer = Int64(plain(value)) else {
      return .double(value)
    }
    return .integer(integer)
  }

  /// The sign, the shortest digits that read back as the value, and how many of them stand before the point.
  private static func parts(_ value: Double) -> (sign: String, digits: String, point: Int) {
    guard value != 0 else { return ("", "0", 1) }
    var text = Substring(value.magnitude.description)
    var exponent = 0
    if let mark = text.firstIndex(of: "e") {
      exponent = Int(text[text.index(after: mark)...]) ?? 0
      text = text[..<mark]
    }
    let halves = text.split(separator: ".", omittingEmptySubsequences: false)
    let whole = halves.first.map(String.init) ?? ""
    let all = whole + (halves.count > 1 ? String(halves[1]) : "")
    let leading = all.prefix { $0 == "0" }.count
    var digits = all.dropFirst(leading)
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return (value < 0 ? "-" : "", String(digits), whole.count - leading + exponent)
  }
}

extension JSONValue {
  /// The value as it is read again after Go wrote it: floats without a fraction have become integers.
  var asStored: JSONValue { holdsWholeFloat ? rewritten : self }

  // Hardly any object has one, so it is looked for before anything is copied.
  private var holdsWholeFloat: Bool {
    switch self {
    case .double(let value): value == value.rounded()
    case .array(let elements): elements.contains(where: \.holdsWholeFloat)
    case .object(let members): members.contains { $0.value.holdsWholeFloat }
    default: false
    }
  }

  private var rewritten: JSONValue {
    switch self {
    case .double(let value): return GoNumber.written(value)
    case .array(let elements): return .array(elements.map(\.rewritten))
    case .object(let members): return .object(JSONObject(members.map { ($0.key, $0.value.rewritten) }))
    default: return self
    }
  }
}
