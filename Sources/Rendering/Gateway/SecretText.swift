// SPDX-License-Identifier: Apache-2.0

/// A secret value on its way into a Secret. Printing or dumping one shows nothing of it.
public struct SecretText: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The value itself, for the Secret alone.
  let text: String

  /// The value that the bytes of a Secret's key spell, unchanged: a line feed at its end is part of it.
  ///
  /// Nil unless the bytes are UTF-8, since a configuration in YAML cannot hold anything else.
  public init?(_ bytes: some Collection<UInt8>) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    self.text = text
  }

  init(text: String) { self.text = text }

  /// Nothing of the value.
  public var description: String { "<secret>" }
  /// Nothing of the value.
  public var debugDescription: String { description }
  /// Empty, so that dumping shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
