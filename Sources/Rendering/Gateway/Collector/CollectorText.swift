// SPDX-License-Identifier: Apache-2.0

import JSON

/// Text in the collector's configuration.
enum CollectorText {
  /// The text with each `$` doubled.
  ///
  /// The collector takes `${…}` for a reference unless another `$` stands before it, and turns every `$$` of a value into
  /// `$` (`confmap/expand.go` and `resolver.go`, v0.159). Names of members are not expanded.
  static func literal(_ text: String) -> JSONValue {
    // By bytes, as the collector looks for it: to Swift a `$` with a combining mark behind it is another character.
    let dollar = UInt8(ascii: "$")
    return .string(String(decoding: text.utf8.flatMap { $0 == dollar ? [$0, $0] : [$0] }, as: UTF8.self))
  }
}
