// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import YAML

/// A manifest of a file, which can say where in the file each of its fields stands.
struct ManifestSource {
  private let document: LocatedDocument
  private let path: [PathElement]
  /// The manifest itself.
  let value: JSONValue

  init(_ document: LocatedDocument) {
    self.init(document, path: [], value: document.value)
  }

  private init(_ document: LocatedDocument, path: [PathElement], value: JSONValue) {
    self.document = document
    self.path = path
    self.value = value
  }

  /// The manifests of a document: itself, or the items of a `List`, as `kubectl get -o yaml` prints several objects.
  static func manifests(in document: LocatedDocument) -> [ManifestSource] {
    guard document.value["kind"] == "List", let items = document.value["items"]?.array else {
      return [ManifestSource(document)]
    }
    return items.enumerated().map { ManifestSource(document, path: [.key("items"), .index($0)], value: $1) }
  }

  /// The `Observability` that the manifest spells.
  ///
  /// - Throws: ``RenderFailure`` with every fault and its place.
  func observability() throws -> Observability {
    do {
      return try ObservabilityDecoder.decode(value)
    } catch {
      throw RenderFailure(error.failures.map(located).joined(separator: "\n  "))
    }
  }

  /// The failure with its place in the file.
  func located(_ failure: FieldError) -> String {
    located(
      failure.description,
      at: failure.path.map { component in
        switch component {
        case .field(let name), .key(let name): .key(name)
        case .index(let index): .index(index)
        }
      })
  }

  /// The text with the place of the field, or of the nearest part of the manifest that would hold it.
  func located(_ text: String, at field: [PathElement] = []) -> String {
    for length in stride(from: field.count, through: 0, by: -1) {
      guard let mark = document.mark(of: path + field.prefix(length)) else { continue }
      return "line \(mark.line), column \(mark.column): \(text)"
    }
    return text
  }
}

/// Why a file cannot be rendered.
struct RenderFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
