// SPDX-License-Identifier: Apache-2.0

import JSON

/// A field selector: equality of a few fields that the type declares selectable.
struct FieldSelector: Hashable, Sendable {
  struct Term: Hashable, Sendable {
    var path: [String]
    var value: String
    var isEqual: Bool
  }

  var terms: [Term] = []

  init() {}

  /// - Throws: 400 for a field that the type does not select by, with the real server's words.
  init(query text: String, type: ServedType) throws(APIStatus) {
    for part in text.split(separator: ",") {
      let sign = part.contains("!=") ? "!=" : part.contains("==") ? "==" : "="
      guard let range = part.firstRange(of: sign) else {
        throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
      }
      let field = String(part[..<range.lowerBound])
      guard Self.fields(of: type).contains(field) else {
        throw .badRequest(
          type.isCustom
            ? "field label not supported: \(field)"
            : "field label \"\(field)\" not supported for \(type.kind)")
      }
      terms.append(
        Term(
          path: field.split(separator: ".").map(String.init), value: String(part[range.upperBound...]),
          isEqual: sign != "!="))
    }
  }

  func matches(_ object: JSONValue) -> Bool {
    terms.allSatisfy { term in
      let found = term.path.reduce(Optional(object)) { value, key in value?[key] }
      let text =
        switch found {
        case .string(let value): value
        case .bool(let value): String(value)
        case .integer(let value): String(value)
        default: term.path.last == "unschedulable" ? "false" : ""
        }
      return (text == term.value) == term.isEqual
    }
  }

  private static func fields(of type: ServedType) -> [String] {
    let common = type.isNamespaced ? ["metadata.name", "metadata.namespace"] : ["metadata.name"]
    let own: [String] =
      switch (type.group, type.kind) {
      case ("", "Pod"):
        [
          "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
          "status.phase", "status.podIP", "status.nominatedNodeName",
        ]
      case ("", "Node"): ["spec.unschedulable"]
      case ("", "Namespace"): ["status.phase"]
      case ("", "Secret"): ["type"]
      case ("", "Event"):
        ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map {
          "involvedObject.\($0)"
        }
          + ["reason", "reportingComponent", "source", "type"]
      case ("events.k8s.io", "Event"):
        ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map { "regarding.\($0)" }
          + ["reason", "reportingController", "type"]
      default: []
      }
    return common + own
  }
}

/// Which objects a list or a watch is about.
struct Selection: Hashable, Sendable {
  var namespace: String?
  var labels = LabelSelector()
  var fields = FieldSelector()

  init(_ request: APIRequest, _ target: RequestTarget, _ type: ServedType) throws(APIStatus) {
    namespace = target.namespace
    if let text = request.parameter("labelSelector") { labels = try LabelSelector(query: text) }
    if let text = request.parameter("fieldSelector") { fields = try FieldSelector(query: text, type: type) }
  }

  func contains(_ object: JSONValue) -> Bool {
    (namespace == nil || object.namespace == namespace) && labels.matches(object.labels) && fields.matches(object)
  }
}
