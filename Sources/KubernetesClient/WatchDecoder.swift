// SPDX-License-Identifier: Apache-2.0

import JSON

/// Turns the bytes of a watch into its frames.
///
/// One JSON object a line (`k8s.io/apimachinery/pkg/runtime/serializer/json` framing), of the shape
/// `{"type": …, "object": …}` (`k8s.io/apimachinery/pkg/apis/meta/v1/watch.go`).
struct WatchDecoder {
  /// The longest frame. An object has 3 MiB at most on its way in; defaults and managed fields come on top.
  static let lineLimit = 8 << 20

  private static let limits = JSONLimits(bytes: lineLimit, depth: 66)
  private let type: ResourceType
  private var framer = LineFramer(limit: lineLimit)

  init(_ type: ResourceType) {
    self.type = type
  }

  /// The frames that the chunk completes. A failure is the last of them: what follows it cannot be trusted.
  mutating func push(_ chunk: [UInt8]) -> [Result<WatchEvent, KubernetesError>] {
    let lines: [[UInt8]]
    do throws(LineFramer.TooLong) {
      lines = try framer.push(chunk)
    } catch {
      return [.failure(.malformed("a watch frame has more than the \(error.limit) bytes accepted"))]
    }
    var events: [Result<WatchEvent, KubernetesError>] = []
    for line in lines {
      do throws(KubernetesError) {
        if let event = try frame(line) { events.append(.success(event)) }
      } catch {
        return events + [.failure(error)]
      }
    }
    return events
  }

  /// The error to end with when the stream ends, or nil if it ended between two frames.
  func finish() -> KubernetesError? {
    framer.hasPartialLine ? .malformed("the watch ended in the middle of a frame") : nil
  }

  private func frame(_ line: [UInt8]) throws(KubernetesError) -> WatchEvent? {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONParser.parse(line, limits: Self.limits)
    } catch {
      throw .malformed("watch frame: \(error)")
    }
    guard let kind = value["type"]?.string, let object = value["object"]?.object else {
      throw .malformed("a watch frame has no type or no object")
    }
    switch kind {
    case "ADDED": return .added(Answer.typed(object, type))
    case "MODIFIED": return .modified(Answer.typed(object, type))
    case "DELETED": return .deleted(Answer.typed(object, type))
    case "BOOKMARK":
      let bookmark = KubernetesObject(object)
      guard let version = bookmark.resourceVersion else { throw .malformed("a bookmark has no resourceVersion") }
      return .bookmark(
        resourceVersion: version,
        endsInitialEvents: bookmark.annotations["k8s.io/initial-events-end"] == "true")
    case "ERROR": throw .status(Answer.status(.object(object), code: 500))
    // A kind that a later API may bring.
    default: throw .malformed("watch frame of unknown type \(kind)")
    }
  }
}
