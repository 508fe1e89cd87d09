// SPDX-License-Identifier: Apache-2.0

/// Why an OpenAPI schema is not structural, or not one that this server takes.
public struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where it was seen, from the schema's root: `properties[spec].items`. Empty for the root.
  public let path: String
  /// What is wrong and what would be right.
  public let message: String

  /// Place and reason in one line.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
