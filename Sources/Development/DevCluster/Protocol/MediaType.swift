// SPDX-License-Identifier: Apache-2.0

/// A media type with its parameters, as `Accept` and `Content-Type` have them.
struct MediaType: Sendable {
  var name: String
  var parameters: [String: String]

  init(_ text: some StringProtocol) {
    let parts = text.split(separator: ";").map { Self.trimmed($0) }
    name = (parts.first ?? "").lowercased()
    parameters = [:]
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { parameters[pair[0].lowercased()] = String(pair[1]) }
    }
  }

  /// The list in an `Accept` header.
  static func list(_ text: String) -> [MediaType] { text.split(separator: ",").map { MediaType($0) } }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

/// In which form the client wants objects.
enum Representation: Hashable, Sendable {
  case full
  /// `PartialObjectMetadata` and its list.
  case metadata
  /// A table for people; with the objects' metadata, the whole objects or neither in its rows.
  case table(TableObjects)

  enum TableObjects: String, Hashable, Sendable {
    case metadata = "Metadata"
    case object = "Object"
    case none = "None"
  }

  /// What the `Accept` header asks for: the first form in it that this server has.
  ///
  /// - Throws: 406 if there is none.
  static func accepted(by request: APIRequest) throws(APIStatus) -> Representation {
    guard let header = request.header("accept"), !header.isEmpty else { return .full }
    for type in MediaType.list(header) {
      guard ["application/json", "application/*", "*/*"].contains(type.name) else { continue }
      guard let form = type.parameters["as"] else { return .full }
      guard type.parameters["g"] == "meta.k8s.io", type.parameters["v"] == "v1" else { continue }
      switch form {
      case "PartialObjectMetadata", "PartialObjectMetadataList": return .metadata
      case "Table":
        return .table(request.parameter("includeObject").flatMap { TableObjects(rawValue: $0) } ?? .metadata)
      default: continue
      }
    }
    throw .notAcceptable
  }
}
