// SPDX-License-Identifier: Apache-2.0

public import JSON
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

extension KubernetesClient {
  /// Reads the schema that the server publishes for the type; nil if it publishes none.
  public func schema(of type: ResourceType) async throws(KubernetesError) -> JSONValue? {
    let bytes: [UInt8]
    do throws(KubernetesError) {
      bytes = try await send(.openAPI(of: type))
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
    return try Answer.schema(bytes, of: type)
  }
}

extension APIRequest {
  /// The OpenAPI document of the type's group and version.
  static func openAPI(of type: ResourceType) -> APIRequest {
    APIRequest(verb: .get, method: "GET", type: type, path: "/openapi/v3" + type.versionPath, isIdempotent: true)
  }

  /// The resources of the type's group and version.
  static func resources(of type: ResourceType) -> APIRequest {
    APIRequest(verb: .get, method: "GET", type: type, path: type.versionPath, isIdempotent: true)
  }
}

extension Answer {
  /// The schema of a type in an OpenAPI document.
  static func schema(_ bytes: [UInt8], of type: ResourceType) throws(KubernetesError) -> JSONValue? {
    let identity: JSONValue = [
      "group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind),
    ]
    return try object(bytes)[path: "components", "schemas"]?.object?.first {
      $0.value["x-kubernetes-group-version-kind"]?.array?.contains(identity) == true
    }?.value
  }

  /// The resources in an `APIResourceList`.
  static func resources(_ bytes: [UInt8]) throws(KubernetesError) -> [JSONValue] {
    let list = try object(bytes)
    guard list.kind == "APIResourceList", let resources = list["resources"]?.array else {
      throw .malformed("expected an APIResourceList")
    }
    return resources
  }
}
