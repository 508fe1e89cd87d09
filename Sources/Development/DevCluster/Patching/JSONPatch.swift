// SPDX-License-Identifier: Apache-2.0

import JSON

/// A JSON Patch (RFC 6902).
enum JSONPatch {
  private static let operationLimit = 10_000

  /// The value after all operations.
  ///
  /// - Throws: 422 as the real server words it, which does not say why; 400 for a patch that is none; 413 for one with
  ///   more operations than the real server takes.
  static func apply(_ patch: JSONValue, to value: JSONValue) throws(APIStatus) -> JSONValue {
    guard let operations = patch.array else {
      throw .badRequest("json: cannot unmarshal \(patch.typeName) into Go value of type jsonpatch.Patch")
    }
    guard operations.count <= operationLimit else {
      throw APIStatus(
        code: 413, reason: "RequestEntityTooLarge",
        message: "The allowed maximum operations in a JSON patch is \(operationLimit), got \(operations.count)")
    }
    var result = value
    for operation in operations {
      guard let kind = operation["op"]?.string, let path = pointer(operation["path"]?.string) else { throw refused }
      let source = pointer(operation["from"]?.string)
      let argument = operation["value"]
      switch kind {
      case "test":
        guard find(path, in: result) == (argument ?? .null) else { throw refused }
      case "add": result = try add(argument ?? .null, at: path[...], to: result)
      case "remove": result = try remove(path[...], from: result)
      case "replace":
        guard find(path, in: result) != nil else { throw refused }
        result = path.isEmpty ? argument ?? .null : try replace(path[...], in: result, by: argument ?? .null)
      case "copy", "move":
        guard let source, let found = find(source, in: result) else { throw refused }
        if kind == "move" { result = try remove(source[...], from: result) }
        result = try add(found, at: path[...], to: result)
      default: throw refused
      }
    }
    return result
  }

  private static let refused = APIStatus(
    code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request",
    details: [:])

  /// The steps of a JSON Pointer (RFC 6901).
  private static func pointer(_ text: String?) -> [String]? {
    guard let text else { return nil }
    if text.isEmpty { return [] }
    guard text.hasPrefix("/") else { return nil }
    return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
      String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
    }
  }

  private static func find(_ path: [String], in value: JSONValue) -> JSONValue? {
    path.reduce(Optional(value)) { value, step in
      if let elements = value?.array { return Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil } }
      return value?[step]
    }
  }

  private static func add(
    _ addition: JSONValue, at path: ArraySlice<String>, to value: JSONValue
  ) throws(APIStatus) -> JSONValue {
    guard let step = path.first else { return addition }
    if path.count == 1, var elements = value.array {
      guard let index = step == "-" ? elements.count : Int(step), (0...elements.count).contains(index) else {
        throw refused
      }
      elements.insert(addition, at: index)
      return .array(elements)
    }
    if path.count == 1, var members = value.object {
      members[step] = addition
      return .object(members)
    }
    return try descend(step, in: value) { child throws(APIStatus) in
      try add(addition, at: path.dropFirst(), to: child)
    }
  }

  private static func replace(
    _ path: ArraySlice<String>, in value: JSONValue, by replacement: JSONValue
  ) throws(APIStatus) -> JSONValue {
    guard let step = path.first else { return replacement }
    return try descend(step, in: value) { child throws(APIStatus) in
      try replace(path.dropFirst(), in: child, by: replacement)
    }
  }

  private static func remove(_ path: ArraySlice<String>, from value: JSONValue) throws(APIStatus) -> JSONValue {
    guard let step = path.first else { throw refused }
    guard path.count == 1 else {
      return try descend(step, in: value) { child throws(APIStatus) in try remove(path.dropFirst(), from: child) }
    }
    if var elements = value.array, let index = Int(step), elements.indices.contains(index) {
      elements.remove(at: index)
      return .array(elements)
    }
    guard var members = value.object, members[step] != nil else { throw refused }
    members[step] = nil
    return .object(members)
  }

  private static func descend(
    _ step: String, in value: JSONValue, _ change: (JSONValue) throws(APIStatus) -> JSONValue
  ) throws(APIStatus) -> JSONValue {
    if var elements = value.array, let index = Int(step), elements.indices.contains(index) {
      elements[index] = try change(elements[index])
      return .array(elements)
    }
    guard var members = value.object, let child = members[step] else { throw refused }
    members[step] = try change(child)
    return .object(members)
  }
}
