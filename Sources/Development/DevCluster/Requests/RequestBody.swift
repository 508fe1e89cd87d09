// SPDX-License-Identifier: Apache-2.0

import JSON

/// The body of a request as it was read.
struct RequestBody {
  var value: JSONValue
  /// The fields that stand in it more than once, of which the last counts.
  var duplicates: [String] = []
  /// The object in a body of JSON or YAML.
  ///
  /// - Throws: 415 for another content type, 400 for what is no object, or an object of another type.
  static func object(_ request: APIRequest, as type: ServedType) throws(APIStatus) -> RequestBody {
    let media = MediaType(request.header("content-type") ?? "application/json")
    let body: RequestBody
    switch media.name {
    case "application/json", "": body = try json(request.body, as: type)
    case "application/yaml": body = RequestBody(value: try yaml(request.body, as: type))
    case "application/vnd.kubernetes.protobuf": body = RequestBody(value: try protobuf(request.body))
    default:
      throw .unsupportedMediaType(["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"])
    }
    try check(body.value, is: type)
    return body
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
  static func applied(_ request: APIRequest, as type: ServedType) throws(APIStatus) -> RequestBody {
    let first = request.body.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    if first == UInt8(ascii: "{") { return try patch(request.body) }
    return RequestBody(value: try yaml(request.body, as: type))
  }

  /// The `DeleteOptions` in a body of JSON or protobuf; an empty object if there is none.
  static func deleteOptions(_ request: APIRequest) throws(APIStatus) -> JSONValue {
    guard !request.body.isEmpty else { return [:] }
    let media = MediaType(request.header("content-type") ?? "application/json")
    return media.name == "application/vnd.kubernetes.protobuf"
      ? try protobuf(request.body) : try patch(request.body).value
  }

  /// The JSON of a patch.
  static func patch(_ body: [UInt8]) throws(APIStatus) -> RequestBody {
    do throws(JSONError) {
      return try parsed(body)
    } catch {
      throw .badRequest("error decoding patch: \(GoJSONError.message(body) ?? error.description)")
    }
  }

  private static func json(_ body: [UInt8], as type: ServedType) throws(APIStatus) -> RequestBody {
    do throws(JSONError) {
      return try parsed(body)
    } catch {
      let shown = body.isEmpty ? "<empty>" : String(decoding: body.prefix(1024), as: UTF8.self)
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(type.kind)): couldn't get version/kind; "
          + "json parse error: \(GoJSONError.message(body) ?? error.description) (\(shown))")
    }
  }

  /// The JSON; where the parser refuses a field that stands there twice, the API server takes the last.
  private static func parsed(_ body: [UInt8]) throws(JSONError) -> RequestBody {
    do throws(JSONError) {
      return RequestBody(value: try JSONParser.parse(body))
    } catch {
      guard let (rest, duplicates) = DuplicateFields.removed(from: body) else { throw error }
      return RequestBody(value: try JSONParser.parse(rest), duplicates: duplicates)
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
