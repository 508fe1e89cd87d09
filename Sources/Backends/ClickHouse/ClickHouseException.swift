// SPDX-License-Identifier: Apache-2.0

import CleanText

/// An error that ClickHouse itself reported, identified by its code: HTTP's status differs between releases.
struct ClickHouseException: Error, Hashable {
  /// What a code means for the caller.
  enum Class: Hashable, Sendable {
    /// The user is unknown, or the password or the client's address is not accepted.
    case authentication
    /// The database does not exist.
    case databaseMissing
    /// A right is missing, or the user is read-only.
    case privilege
    /// The statement is not understood: the server is too old, or the statement is wrong.
    case statement
    /// Keeper is missing or does not answer.
    case keeper
    /// The cluster is unknown.
    case cluster
    /// The table's replica takes no writes.
    case readOnly
    /// No space is left.
    case diskFull
    /// It may work later.
    case transient
    case other
  }

  let code: Int
  /// The server's words, cleaned and bounded.
  let message: String
  /// The privilege that the server named: `INSERT ON otel.otel_logs`.
  let grant: String?

  /// What the code means. Codes and names: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
  var kind: Class {
    switch code {
    case 192, 193, 194, 195, 516: .authentication
    case 81: .databaseMissing
    case 164, 291, 497: .privilege
    case 36, 42, 43, 44, 46, 47, 48, 50, 56, 60, 62, 115, 344: .statement
    case 49, 139, 225, 999: .keeper
    case 170, 701: .cluster
    case 242: .readOnly
    case 243: .diskFull
    case 159, 202, 209, 210, 236, 241, 252, 394, 439, 745: .transient
    default: .other
    }
  }

  /// Reads what came with a response.
  ///
  /// - Parameters:
  ///   - header: the value of `X-ClickHouse-Exception-Code`, which 18.16 does not send.
  ///   - text: the body, or of a 200 what follows its rows.
  ///   - isTail: whether the text is the end of a body that began as a success, where the code may stand anywhere.
  init?(header: String?, text: String, isTail: Bool = false) {
    let named = isTail ? text.firstMatch(of: /Code: (\d+)/) : text.prefixMatch(of: /Code: (\d+)/)
    guard let code = header.flatMap({ Int($0) }) ?? named.flatMap({ Int($0.1) }) else { return nil }
    self.code = code
    let start = named.map { text[$0.range.upperBound...] } ?? text[...]
    message = Self.words(start).cleaned(bytes: 200)
    grant = text.firstMatch(of: /have (?:the )?grant (.{1,200}?)(?:\. \(|\.? ?$)/.anchorsMatchLineEndings())
      .map { String($0.1).cleaned(bytes: 160) }
  }

  init(code: Int, message: String) {
    self.code = code
    self.message = message
    grant = nil
  }

  /// The message between the names that ClickHouse puts around it.
  private static func words(_ text: Substring) -> String {
    var rest = text
    if let intro = rest.firstRange(of: #/^[.,].{0,30}?DB::Exception: /#) { rest = rest[intro.upperBound...] }
    let ends = [", e.what() =", " (version ", ": While executing", "Stack trace:"]
    let end = ends.compactMap { rest.firstRange(of: $0)?.lowerBound }.min() ?? rest.endIndex
    return String(rest[..<end])
  }

  /// The code and the server's words.
  var description: String { "code \(code), \"\(message)\"" }
}
