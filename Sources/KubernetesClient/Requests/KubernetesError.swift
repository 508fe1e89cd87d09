// SPDX-License-Identifier: Apache-2.0

public import HTTPTransport
import KubernetesCore

/// Why a request to the API server failed.
public enum KubernetesError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The server answered with a `Status` (`k8s.io/apimachinery/pkg/apis/meta/v1/types.go`), or with a status code that
  /// we made one of.
  case status(APIStatus)
  /// No answer, or not all of it.
  case transport(TransportError)
  /// The answer is not what the API promises.
  case malformed(String)
  /// The answer, or what several answers add up to, is more than is accepted.
  case oversized(String)
  /// Our own credentials cannot be read.
  case credentials(String)

  /// The failure in one line.
  public var description: String {
    switch self {
    case .status(let status): status.description
    case .transport(let error): error.description
    case .malformed(let cause): "the API server's answer cannot be read: \(cause)"
    case .oversized(let cause): "the API server sends too much: \(cause)"
    case .credentials(let cause): cause
    }
  }

  /// The HTTP status code, if the server answered.
  public var code: Int? {
    if case .status(let status) = self { status.code } else { nil }
  }

  /// The object, or its type, is not there.
  public var isNotFound: Bool { code == 404 }
  /// The object was there already, or has changed meanwhile, or another manager owns a field.
  public var isConflict: Bool { code == 409 }
  /// The version asked for is no longer kept: list again.
  public var isExpired: Bool { code == 410 }
  /// The object is refused for what is in it; sending it again is of no use.
  public var isInvalid: Bool { code == 422 || code == 400 }
  /// What is applied has a field that the server's schema of the type does not have; it answers 500, and names the field
  /// in its message (kubernetes/kubernetes#139253).
  public var namesUndeclaredField: Bool {
    if case .status(let status) = self { status.message.contains("field not declared in schema") } else { false }
  }
  /// An admission webhook denied the request, or did not answer, which says nothing of our rights
  /// (`staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/errors/statuserror.go`, `ToStatusErr`, and
  /// `generic/webhook.go`, "failed calling webhook").
  public var isFromWebhook: Bool {
    guard case .status(let status) = self else { return false }
    return status.message.hasPrefix("admission webhook \"") || status.message.contains("failed calling webhook \"")
  }
  /// The server does not know us.
  public var isUnauthorized: Bool { code == 401 }
  /// The server does not let us.
  public var isForbidden: Bool { code == 403 }
  /// The answer is longer than is accepted; a smaller page may be accepted.
  public var isOversized: Bool {
    switch self {
    case .oversized: true
    case .transport(let error): error.kind == .tooLarge
    default: false
    }
  }
  /// The task was cancelled.
  public var isCancelled: Bool {
    if case .transport(let error) = self { error.kind == .cancelled } else { false }
  }
}

/// The server's own account of a failure.
public struct APIStatus: Hashable, Sendable, CustomStringConvertible {
  /// One cause of several.
  public struct Cause: Hashable, Sendable {
    /// The path of the field, such as `spec.mode`.
    public var field: String
    /// What kind of failure, such as `FieldManagerConflict`.
    public var reason: String
    /// The failure in words.
    public var message: String

    /// A cause made of its parts.
    public init(field: String, reason: String, message: String) {
      self.field = field
      self.reason = reason
      self.message = message
    }
  }

  /// The HTTP status code.
  public var code: Int
  /// The reason in CamelCase, such as `AlreadyExists`; empty if the server gave none.
  public var reason: String
  /// The failure in words.
  public var message: String
  /// The causes, if the server named some.
  public var causes: [Cause]
  /// How long to wait before trying again, from `Retry-After` or `details.retryAfterSeconds`.
  public var retryAfter: Duration?

  /// A status made of its parts.
  public init(code: Int, reason: String, message: String, causes: [Cause] = [], retryAfter: Duration? = nil) {
    self.code = code
    self.reason = reason
    self.message = message
    self.causes = causes
    self.retryAfter = retryAfter
  }

  /// `404 NotFound: nodes "a" not found`.
  public var description: String { reason.isEmpty ? "\(code): \(message)" : "\(code) \(reason): \(message)" }
}
