// SPDX-License-Identifier: Apache-2.0

import JSON

/// Reads the bodies of requests.
enum RequestBody {
  /// The object in a body of JSON or YAML.
  ///
  /// - Throws: 415 for another content type, 400 for what is no object, or an object of another type.
  static func object(_ request: APIRequest, as type: ServedType) throws(APIStatus) -> JSONValue {
    let media = MediaType(request.header("content-type") ?? "application/json")
    let object: JSONValue
    switch media.name {
    case "application/json", "": object = try json(request.body, as: type)
    case "application/yaml": object = try yaml(request.body, as: type)
    case "application/vnd.kubernetes.protobuf": object = try protobuf(request.body)
    default:
      throw .unsupportedMediaType(["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"])
    }
    try check(object, is: type)
    return object
  }

  /// Refuses an object that says it is of another type.
  static func check(_ object: JSONValue, is type: ServedType) throws(APIStatus) {
    guard object.object != nil else {
      throw .badRequest("the object provided is unrecognized (must be of type \(type.kind)): it is \(object.typeName)")
    }
    if let version = object["apiVersion"]?.string, version != type.apiVersion {
      throw .badRequest(
        "the API version in the data (\(version)) does not match the expected API version (\(type.apiVersion))")
    }
    if let kind = object["kind"]?.string, kind != type.kind {
      throw .badRequest("the kind in the data (\(kind)) does not match the expected kind (\(type.kind))")
    }
    guard object["metadata"] == nil || object["metadata"]?.object != nil || object["metadata"]?.isNull == true else {
      throw .badRequest("the object provided is unrecognized (must be of type \(type.kind)): metadata is no object")
    }
  }

  /// The JSON or YAML of an apply patch.
  static func applied(_ request: APIRequest, as type: ServedType) throws(APIStatus) -> JSONValue {
    let first = request.body.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    if first == UInt8(ascii: "{") { return try patch(request.body) }
    return try yaml(request.body, as: type)
  }

  /// The JSON of a patch.
  static func patch(_ body: [UInt8]) throws(APIStatus) -> JSONValue {
    do {
      return try JSONParser.parse(body)
    } catch {
      throw .badRequest("error decoding patch: \(GoJSONError.message(body) ?? error.description)")
    }
  }

  private static func json(_ body: [UInt8], as type: ServedType) throws(APIStatus) -> JSONValue {
    do {
      return try JSONParser.parse(body)
    } catch {
      let shown = body.isEmpty ? "<empty>" : String(decoding: body.prefix(1024), as: UTF8.self)
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(type.kind)): couldn't get version/kind; "
          + "json parse error: \(GoJSONError.message(body) ?? error.description) (\(shown))")
    }
  }

  private static func protobuf(_ body: [UInt8]) throws(APIStatus) -> JSONValue {
    do throws(ProtobufBody.Failure) {
      return try ProtobufBody.object(body)
    } catch {
      throw APIStatus(code: 415, reason: "UnsupportedMediaType", message: error.message)
    }
  }

  private static func yaml(_ body: [UInt8], as type: ServedType) throws(APIStatus) -> JSONValue {
    do {
      return try Manifests.document(body)
    } catch {
      throw .badRequest("error decoding YAML: \(error)")
    }
  }
}
