// SPDX-License-Identifier: Apache-2.0

import JSON

extension JSONValue {
  /// The value with one member changed, added, or removed if there is no new value. A number in the path is the place of
  /// an element; objects that are missing on the way are made.
  func changing(_ path: some Collection<String>, to new: JSONValue?) -> JSONValue {
    guard let key = path.first else { return new ?? .null }
    let rest = path.dropFirst()
    if var elements = array, let index = Int(key) {
      if rest.isEmpty, new == nil {
        elements.remove(at: index)
      } else if index == elements.count {
        elements.append(new ?? .null)
      } else {
        elements[index] = elements[index].changing(rest, to: new)
      }
      return .array(elements)
    }
    var members = object ?? [:]
    members[key] = rest.isEmpty ? new : (members[key] ?? [:]).changing(rest, to: new)
    return .object(members)
  }
}
