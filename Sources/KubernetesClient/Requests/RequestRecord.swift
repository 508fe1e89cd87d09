// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesCore

/// One request as it was sent, for metrics and for tests that count; each try has a record of its own.
public struct RequestRecord: Hashable, Sendable {
  /// The verb as the API's own access rules name it, with server-side apply told from other patches.
  public enum Verb: String, Hashable, Sendable {
    case get, list, watch, apply, patch, create, update, delete
  }

  /// What was asked.
  public var verb: Verb
  /// The HTTP method.
  public var method: String
  /// Host and port of the server.
  public var host: String
  /// The type of the objects; its `plural` and `group` name the resource.
  public var type: ResourceType
  /// `status`, or nil for the object itself.
  public var subresource: String?
  /// The HTTP status code, or nil if no head came.
  public var code: Int?
  /// Why no answer came, or not all of it.
  public var failure: TransportError.Kind?
  /// The uid of the FlowSchema by which the server's fairness sorted the request (KEP-1040), if it told.
  public var flowSchemaUID: String?
  /// From sending to the last byte; for a watch to the head.
  public var duration: Duration

  /// A record made of its parts.
  public init(
    verb: Verb, method: String, host: String, type: ResourceType, subresource: String? = nil, code: Int? = nil,
    failure: TransportError.Kind? = nil, flowSchemaUID: String? = nil, duration: Duration
  ) {
    self.verb = verb
    self.method = method
    self.host = host
    self.type = type
    self.subresource = subresource
    self.code = code
    self.failure = failure
    self.flowSchemaUID = flowSchemaUID
    self.duration = duration
  }
}
