// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

extension ObjectStore {
  /// Keeps everything but `metadata.managedFields`, which is about a third of a small object.
  public static let withoutManagedFields: Projection = { object in
    guard object[path: "metadata", "managedFields"] != nil else { return object }
    var object = object
    object["metadata"]?["managedFields"] = nil
    return object
  }

  /// Keeps type and metadata, without `managedFields`, and nothing else.
  public static let metadataOnly: Projection = { object in
    withoutManagedFields(
      KubernetesObject(JSONObject(object.content.filter { ["apiVersion", "kind", "metadata"].contains($0.key) })))
  }
}
