// SPDX-License-Identifier: Apache-2.0

import JSON

/// Something that goes wrong on purpose with one request.
public enum Fault: Sendable {
  /// This answer is given in the place of the real one; the request has no effect.
  case answer(APIResponse)
  /// The connection is closed without an answer; the request has no effect.
  case closeConnection
  /// The request takes effect, but the connection is closed without an answer.
  case loseAnswer
  /// The request takes effect, but the connection breaks after so many bytes of the answer's body. A watch breaks
  /// after so many bytes of frames.
  case cut(afterBytes: Int)
  /// The request waits, without effect, until ``APIServer/releaseHeld()``; then it is answered as usual.
  case hold
  /// The request takes effect that much later. Time is that of ``APIServerConfiguration/sleep``.
  case delay(Duration)
  /// The request takes effect at once, its answer comes that much later.
  case delayAnswer(Duration)
  /// A get, a list, or a watch that begins with what is there, is answered as it was so many revisions ago, as by a
  /// server that lags behind. A read that asks for a newer version than that gets 504 Timeout, `Too large resource
  /// version`, as the real server has it. A read that names no version is lied to: the real server answers it with what
  /// is newest. Nothing happens to other requests.
  case stale(revisions: Int64)
  /// A watch goes wrong. Nothing happens to other requests.
  case watch(WatchFault)

  /// A refusal with that code and the reason that goes with it, such as 409 `Conflict`; the request has no effect.
  ///
  /// - Parameter retryAfter: the seconds of a `Retry-After` header, if there is to be one.
  public static func refuse(_ code: Int, retryAfter: Int? = nil) -> Fault {
    let reason = reasons[code] ?? "InternalError"
    var status = APIStatus(code: code, reason: reason, message: "the server answers so on purpose: \(reason)")
    if let retryAfter { status.details = ["retryAfterSeconds": .integer(Int64(retryAfter))] }
    var answer = APIResponse(status: code, json: status.body)
    if let retryAfter { answer.headers.append(("Retry-After", String(retryAfter))) }
    return .answer(answer)
  }

  /// `k8s.io/apimachinery/pkg/apis/meta/v1/types.go`.
  private static let reasons = [
    400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 410: "Expired",
    422: "Invalid", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout",
  ]
}

/// What goes wrong with one watch.
public struct WatchFault: Hashable, Sendable {
  /// Whether its frames, bookmarks too, wait until ``APIServer/releaseWatches()``.
  public var holds: Bool
  /// Whether of the frames that waited only the last state of each object is told: a client that is slow enough does
  /// not see what came and went.
  public var coalesces: Bool
  /// Whether each frame is told twice.
  public var duplicates: Bool
  /// After how many frames it ends with an `ERROR` frame of code 410, if at all.
  public var expiresAfter: Int?

  /// A fault made of its parts.
  public init(holds: Bool = false, coalesces: Bool = false, duplicates: Bool = false, expiresAfter: Int? = nil) {
    self.holds = holds
    self.coalesces = coalesces
    self.duplicates = duplicates
    self.expiresAfter = expiresAfter
  }
}
