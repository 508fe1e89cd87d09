// SPDX-License-Identifier: Apache-2.0

import JSON
import YAML

/// Reads manifests as people write them.
enum Manifests {
  /// The one document in the text.
  static func document(_ bytes: [UInt8]) throws(YAMLError) -> JSONValue { try YAMLDecoder.document(bytes) }

  /// All documents in the text, in order; empty ones are left out.
  static func documents(_ text: String) throws(YAMLError) -> [JSONValue] {
    try YAMLDecoder.documents(text).filter { !$0.isNull }
  }
}
