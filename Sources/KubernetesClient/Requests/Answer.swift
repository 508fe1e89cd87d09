// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import KubernetesCore

/// Reads what the API server answers.
enum Answer {
  static func object(_ bytes: [UInt8]) throws(KubernetesError) -> KubernetesObject {
    let value = try parse(bytes, .object)
    guard let object = value.object else { throw .malformed("expected an object, found \(value.typeName)") }
    return KubernetesObject(object)
  }

  static func list(_ bytes: [UInt8], _ type: ResourceType, _ query: ListQuery) throws(KubernetesError) -> ObjectList {
    let value = try parse(bytes, .list, query.projection.nested(under: ["items"]))
    guard let version = value[path: "metadata", "resourceVersion"]?.string else {
      throw .malformed("the list has no metadata.resourceVersion")
    }
    // Go writes an empty slice as null.
    guard let elements = value["items"]?.array ?? (value["items"]?.isNull == false ? nil : []) else {
      throw .malformed("the list's items are not an array")
    }
    var items: [KubernetesObject] = []
    items.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard let object = element.object else { throw .malformed("items[\(index)] is not an object") }
      items.append(typed(object, type, query.form))
    }
    let next = value[path: "metadata", "continue"]?.string
    return ObjectList(items: items, resourceVersion: version, continueToken: next.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// The object with the `apiVersion` and `kind` of its type: the items of a list of built-in types have none, and
  /// metadata calls itself `PartialObjectMetadata`.
  static func typed(_ object: JSONObject, _ type: ResourceType, _ form: ObjectForm) -> KubernetesObject {
    var object = object
    if form == .metadata {
      let metadata = object["metadata"]
      object = JSONObject()
      object["metadata"] = metadata
    }
    if object["apiVersion"] == nil { object["apiVersion"] = .string(type.apiVersion) }
    if object["kind"] == nil { object["kind"] = .string(type.kind) }
    return KubernetesObject(object)
  }

  /// The `Status` in an error's body, or one made of whatever a proxy on the way sent instead.
  ///
  /// - Parameter retryAfter: what the header says; it wins over the body's `details.retryAfterSeconds`.
  static func status(code: Int, _ bytes: [UInt8], retryAfter header: Duration?) -> APIStatus {
    if let value = try? JSONParser.parse(bytes), value["kind"]?.string == "Status" {
      var status = status(value, code: code)
      status.retryAfter = header ?? status.retryAfter
      return status
    }
    let text = excerpt(bytes)
    return APIStatus(
      code: code, reason: "", message: text.isEmpty ? "no message in the answer" : text, retryAfter: header)
  }

  /// The longest text that is kept of a status, in bytes: it may be a webhook's, and is repeated in conditions.
  private static let longestText = 8192
  /// How many causes are kept.
  private static let mostCauses = 64

  /// - Parameter code: what to take if the status has none of its own.
  static func status(_ value: JSONValue, code: Int) -> APIStatus {
    let details = value["details"]
    func text(_ value: JSONValue?) -> String { (value?.string ?? "").cleaned(bytes: longestText) }
    let causes = (details?["causes"]?.array ?? []).prefix(mostCauses).map { cause in
      APIStatus.Cause(
        field: text(cause["field"]), reason: text(cause["reason"]), message: text(cause["message"]))
    }
    let seconds = details?["retryAfterSeconds"]?.integer
    return APIStatus(
      code: value["code"]?.integer.flatMap { (400...599).contains($0) ? Int($0) : nil } ?? code,
      reason: text(value["reason"]),
      message: value["message"]?.string.map { $0.cleaned(bytes: longestText) } ?? "no message in the answer",
      causes: causes,
      retryAfter: seconds.flatMap { $0 > 0 ? RetryAfter.seconds($0) : nil })
  }

  /// The text of a `Warning` field, `299 - "text"` (RFC 7234, section 5.5), or nil if it is of another kind.
  static func warning(_ field: String) -> String? {
    guard field.hasPrefix("299 "), let first = field.firstIndex(of: "\""), let last = field.lastIndex(of: "\""),
      first < last
    else { return nil }
    var text = ""
    var isEscaped = false
    for character in field[field.index(after: first)..<last] {
      if character == "\\", !isEscaped {
        isEscaped = true
      } else {
        text.append(character)
        isEscaped = false
      }
    }
    return text.cleaned(bytes: 1024)
  }

  /// The first words of a text that is not ours, on one line, without markup.
  static func excerpt(_ bytes: [UInt8]) -> String {
    var words = ""
    var isTag = false
    for character in String(decoding: bytes.prefix(4096), as: UTF8.self) {
      switch character {
      case "<": isTag = true
      case ">" where isTag:
        isTag = false
        words.append(" ")
      default: if !isTag { words.append(character) }
      }
    }
    return words.cleaned(bytes: 200)
  }

  private static func parse(
    _ bytes: [UInt8], _ limits: JSONLimits, _ projection: JSONProjection = .everything
  ) throws(KubernetesError) -> JSONValue {
    do throws(JSONError) {
      return try JSONParser.parse(bytes, limits: limits, projection: projection)
    } catch {
      // Without an excerpt: it may be of a Secret.
      throw error.exceedsLimit ? .oversized(error.message) : .malformed("\(error)")
    }
  }
}
