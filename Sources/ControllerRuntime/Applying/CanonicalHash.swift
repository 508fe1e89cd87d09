// SPDX-License-Identifier: Apache-2.0

import Digests
import JSON
import KubernetesCore

/// A short name for the contents of an object: the first 16 hexadecimal digits (64 bits) of the SHA-256 of its canonical
/// JSON. The order of members does not matter, everything else does.
public func canonicalHash(of object: KubernetesObject) -> String {
  canonicalHash(of: JSONValue.object(object.content))
}

/// A short name for a value, made like that of an object.
public func canonicalHash(of value: JSONValue) -> String {
  let digits = Array("0123456789abcdef")
  return String(
    SHA256.digest(JSONWriter.bytes(value, order: .canonical)).prefix(8).flatMap { byte in
      [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    })
}
