// SPDX-License-Identifier: Apache-2.0

import JSON

extension JSONValue {
  /// The value without members that are null, empty text, or empty lists and objects.
  ///
  /// The API server leaves these out of what it stores (`omitempty` in `k8s.io/api/core/v1`), so a manifest that held
  /// them would look changed for ever. Numbers and truth values stay: `tolerationSeconds: 0` means something.
  var withoutZeroValues: JSONValue {
    switch self {
    case .object(let members): .object(members.withoutZeroValues)
    case .array(let elements): .array(elements.map(\.withoutZeroValues))
    default: self
    }
  }

  fileprivate var isZero: Bool {
    switch self {
    case .null: true
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let members): members.isEmpty
    default: false
    }
  }
}

extension JSONObject {
  /// The object without members that the API server leaves out.
  var withoutZeroValues: JSONObject {
    JSONObject(
      self.map { ($0.key, $0.value.withoutZeroValues) }.filter { !$0.1.isZero })
  }

  /// An object of texts, sorted by name so that its bytes do not depend on the dictionary's order.
  init(sorted texts: [String: String]) {
    self.init(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
  }
}
