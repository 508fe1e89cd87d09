// SPDX-License-Identifier: Apache-2.0

import CYAML

/// Turns what libyaml says about a broken text into one sentence with the remedy.
struct SyntaxProblem {
  private let parser: yaml_parser_t
  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ parser: yaml_parser_t, in bytes: UnsafeBufferPointer<UInt8>) {
    self.parser = parser
    self.bytes = bytes
  }

  var error: YAMLError {
    switch parser.error {
    case YAML_READER_ERROR:
      YAMLError(readerMessage, at: mark(ofByte: parser.problem_offset))
    case YAML_MEMORY_ERROR:
      YAMLError("not enough memory", at: Mark(parser.mark))
    default:
      if let tab = indentingTab(inLine: parser.problem_mark.line) {
        YAMLError("a tab is used for indentation; use spaces", at: tab)
      } else {
        YAMLError(syntaxMessage, at: Mark(parser.problem_mark))
      }
    }
  }

  private var problem: String { parser.problem.map { String(cString: $0) } ?? "the text is not YAML" }

  private var readerMessage: String {
    guard problem.hasPrefix("control characters") else { return "the text is not valid UTF-8" }
    let code = String(parser.problem_value, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
    return "character U+\(padded) must not stand in YAML; write it as an escape in double quotes"
  }

  private var syntaxMessage: String {
    switch problem {
    case "mapping values are not allowed in this context":
      return "a mapping is not allowed here; check the indentation, and quote a value that contains \": \""
    case "found character that cannot start any token":
      return "\(character) cannot begin a value; put the value in quotes"
    default:
      break
    }
    var message = problem
    if let context = parser.context { message += " " + String(cString: context) }
    if parser.context != nil, parser.context_mark.line != parser.problem_mark.line {
      message += ", which begins in line \(parser.context_mark.line + 1)"
    }
    return problem.hasPrefix("did not find expected") ? message + "; check the indentation and the quotes" : message
  }

  /// The character at the problem, in quotes.
  private var character: String {
    let line = line(parser.problem_mark.line)
    let text = String(decoding: line, as: UTF8.self).unicodeScalars.dropFirst(parser.problem_mark.column)
    return text.first.map { "'\($0)'" } ?? "this character"
  }

  private func indentingTab(inLine number: Int) -> Mark? {
    let line = line(number)
    let indentation = line.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard let tab = indentation.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
    return Mark(line: number + 1, column: tab - line.startIndex + 1)
  }

  /// The bytes of a line, counted from 0.
  private func line(_ number: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
    var rest = bytes[...]
    for _ in 0..<number {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { break }
      rest = rest[(end + 1)...]
    }
    return rest.prefix { $0 != UInt8(ascii: "\n") }
  }

  private func mark(ofByte offset: Int) -> Mark {
    let before = bytes.prefix(offset)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    // A byte of the form 10xxxxxx continues a character.
    let characters = before[lineStart...].count { $0 & 0xc0 != 0x80 }
    return Mark(line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: characters + 1)
  }
}
