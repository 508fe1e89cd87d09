// SPDX-License-Identifier: Apache-2.0

import JSON

extension KubernetesObject {
  /// The value under a key of a Secret; nil if there is none, or if it is not base64.
  public func secretData(_ key: String) -> [UInt8]? {
    self[path: "data", key]?.string.flatMap(Base64.decode)
  }
}
