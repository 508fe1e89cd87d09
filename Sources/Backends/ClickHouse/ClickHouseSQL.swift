// SPDX-License-Identifier: Apache-2.0

/// Names and texts as they stand in a statement. Every statement of this module quotes by this type.
public enum ClickHouseSQL {
  /// A name in back quotes, for a database, table, column or cluster.
  ///
  /// Inside of back quotes ClickHouse reads a backslash as in a string literal
  /// (https://clickhouse.com/docs/sql-reference/syntax#identifiers), so both are escaped.
  public static func identifier(_ name: String) -> String { quoted(name, by: "`") }

  /// A string literal in single quotes (https://clickhouse.com/docs/sql-reference/syntax#string).
  public static func literal(_ text: String) -> String { quoted(text, by: "'") }

  /// A database and one of its tables: `` `otel`.`otel_logs` ``.
  public static func table(_ database: String, _ name: String) -> String {
    "\(identifier(database)).\(identifier(name))"
  }

  /// A name as a person would write it: in back quotes only if it needs them.
  static func readable(_ name: String) -> String {
    name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil ? identifier(name) : name
  }

  /// String literals with commas between them.
  static func list(_ texts: [String]) -> String { texts.map(literal).joined(separator: ", ") }

  private static func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
    var result = String.UnicodeScalarView([quote])
    for scalar in text.unicodeScalars {
      switch scalar {
      case quote, "\\": result += ["\\", scalar]
      case "\0": result += ["\\", "0"]
      case "\n": result += ["\\", "n"]
      case "\r": result += ["\\", "r"]
      case "\t": result += ["\\", "t"]
      default: result.append(scalar)
      }
    }
    result.append(quote)
    return String(result)
  }
}
