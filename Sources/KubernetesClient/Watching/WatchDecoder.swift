// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import KubernetesCore

/// Turns the bytes of a watch into its frames.
///
/// One JSON object a line (`k8s.io/apimachinery/pkg/runtime/serializer/json` framing), of the shape
/// `{"type": …, "object": …}` (`k8s.io/apimachinery/pkg/apis/meta/v1/watch.go`).
struct WatchDecoder {
  /// The longest frame. An object has 3 MiB at most on its way in; defaults and managed fields come on top.
  static let lineLimit = 8 << 20

  private static let limits = JSONLimits(bytes: lineLimit, depth: 66, values: JSONLimits.object.values)
  private let type: ResourceType
  private let form: ObjectForm
  private let projection: JSONProjection
  private var framer = LineFramer(limit: lineLimit)

  init(_ type: ResourceType, form: ObjectForm = .whole, projection: JSONProjection = .everything) {
    self.type = type
    self.form = form
    self.projection = projection.nested(under: ["object"])
  }

  /// The frames that the chunk completes. A failure is the last of them: what follows it cannot be trusted.
  mutating func push(_ chunk: [UInt8]) -> [Result<WatchEvent, KubernetesError>] {
    let lines: [[UInt8]]
    do throws(LineFramer.TooLong) {
      lines = try framer.push(chunk)
    } catch {
      return [.failure(.oversized("a watch frame has more than the \(error.limit) bytes accepted"))]
    }
    var events: [Result<WatchEvent, KubernetesError>] = []
    for line in lines {
      do throws(KubernetesError) {
        events.append(.success(try frame(line)))
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

  private func frame(_ line: [UInt8]) throws(KubernetesError) -> WatchEvent {
    let value = try parse(line, projection)
    guard let kind = value["type"]?.string else { throw Self.incomplete }
    if kind == "BOOKMARK" || kind == "ERROR" { return try sign(kind, line) }
    guard let object = value["object"]?.object else { throw Self.incomplete }
    switch kind {
    case "ADDED": return .added(Answer.typed(object, type, form))
    case "MODIFIED": return .modified(Answer.typed(object, type, form))
    case "DELETED": return .deleted(Answer.typed(object, type, form))
    // A kind that a later API may bring.
    default: throw .malformed("watch frame of unknown type \(kind.cleaned(bytes: 40))")
    }
  }

  /// A frame that is about the watch itself, of which the projection of its objects must take nothing.
  private func sign(_ kind: String, _ line: [UInt8]) throws(KubernetesError) -> WatchEvent {
    guard let object = try parse(line, .everything)["object"]?.object else { throw Self.incomplete }
    if kind == "ERROR" { throw .status(Answer.status(.object(object), code: 500)) }
    let bookmark = KubernetesObject(object)
    guard let version = bookmark.resourceVersion else { throw .malformed("a bookmark has no resourceVersion") }
    return .bookmark(
      resourceVersion: version,
      endsInitialEvents: bookmark.annotations["k8s.io/initial-events-end"] == "true")
  }

  private func parse(_ line: [UInt8], _ projection: JSONProjection) throws(KubernetesError) -> JSONValue {
    do throws(JSONError) {
      return try JSONParser.parse(line, limits: Self.limits, projection: projection)
    } catch {
      throw error.exceedsLimit ? .oversized("watch frame: \(error.message)") : .malformed("watch frame: \(error)")
    }
  }

  private static let incomplete = KubernetesError.malformed("a watch frame has no type or no object")
}
