// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

extension KubernetesClient {
  /// Whether the server serves the type: a 404 alone does not tell an object that is not there from a custom resource
  /// definition that is not there, or not yet.
  ///
  /// One request for the resources of the type's group and version, which by default every authenticated client may make
  /// (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#api-discovery).
  public func serves(_ type: ResourceType) async throws(KubernetesError) -> Bool {
    let bytes: [UInt8]
    do throws(KubernetesError) {
      bytes = try await send(.resources(of: type))
    } catch {
      guard error.isNotFound else { throw error }
      return false
    }
    return try Answer.resources(bytes).contains {
      $0["name"]?.string == type.plural && $0["kind"]?.string == type.kind
        && $0["namespaced"]?.bool == type.isNamespaced
    }
  }
}

extension APIRequest {
  /// The resources of the type's group and version.
  static func resources(of type: ResourceType) -> APIRequest {
    APIRequest(verb: .get, method: "GET", type: type, path: type.versionPath, isIdempotent: true)
  }
}

extension Answer {
  /// The resources in an `APIResourceList`.
  static func resources(_ bytes: [UInt8]) throws(KubernetesError) -> [JSONValue] {
    let list = try object(bytes)
    guard list.kind == "APIResourceList", let resources = list["resources"]?.array else {
      throw .malformed("expected an APIResourceList")
    }
    return resources
  }
}
