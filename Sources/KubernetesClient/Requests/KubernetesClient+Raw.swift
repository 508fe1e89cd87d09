// SPDX-License-Identifier: Apache-2.0

public import JSON
import KubernetesCore

extension KubernetesClient {
  /// Sends a request that no method of ``KubernetesAPI`` covers, such as one for `/openapi/v3`, for a `Table`, or to a pod
  /// by way of the API server's proxy, and returns the body of its answer.
  ///
  /// Credentials, impersonation and errors are those of every other request. A `GET` whose connection broke before the
  /// first byte of the answer is sent once more.
  ///
  /// - Parameters:
  ///   - path: path and query, percent-encoded where that is needed.
  ///   - accept: the media types that the answer may have.
  public func raw(
    _ method: String = "GET", _ path: String, accept: String = "application/json", contentType: String? = nil,
    body: JSONValue? = nil
  ) async throws(KubernetesError) -> [UInt8] {
    let verb: RequestRecord.Verb =
      switch method {
      case "POST": .create
      case "PUT": .update
      case "PATCH": .patch
      case "DELETE": .delete
      default: .get
      }
    let resource = path.prefix { $0 != "?" }
    var request = APIRequest(
      verb: verb, method: method, type: ResourceType(kind: "", plural: String(resource), isNamespaced: false),
      path: path, accept: accept, isIdempotent: method == "GET")
    if let body {
      request.contentType = contentType ?? "application/json"
      request.body = JSONWriter.bytes(body)
    }
    return try await exchange.send(request, limit: JSONLimits.list.bytes)
  }
}
