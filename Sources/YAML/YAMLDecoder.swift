// SPDX-License-Identifier: Apache-2.0

import CYAML
import JSON

/// Reads YAML as `sigs.k8s.io/yaml` does in its strict form, so that a manifest means here what it means to kubectl.
///
/// The text must be UTF-8, with or without a byte order mark. A key may appear once only. Aliases and merge keys are
/// followed within limits. Documents that hold nothing, such as the one before a first `---`, are passed over.
///
/// A number with a fraction or an exponent stays a double: `1.0` is not turned into the integer 1.
///
/// Foundation has no YAML. The list by which ``JSONParser`` was measured, written as YAML, takes 3511 bytes an object here
/// and is read at 16 MB per second of CPU (`bench-decoders`): enough for the manifests and the kubeconfig that a process reads
/// once. Nothing on the way of a watch is YAML. `make differential` holds the meaning of every text against PyYAML.
public enum YAMLDecoder {
  /// The version that libyaml reports itself.
  public static var libraryVersion: String { String(cString: yaml_get_version_string()) }

  /// All documents that the bytes spell.
  ///
  /// - Throws: ``YAMLError`` with line and column.
  public static func documents(
    _ bytes: some Sequence<UInt8>, limits: YAMLLimits = .manifest
  ) throws(YAMLError) -> [JSONValue] {
    try all(bytes, limits).map(\.value)
  }

  /// All documents that the text spells.
  ///
  /// - Throws: ``YAMLError`` with line and column.
  public static func documents(_ text: String, limits: YAMLLimits = .manifest) throws(YAMLError) -> [JSONValue] {
    try documents(text.utf8, limits: limits)
  }

  /// The one document that the bytes spell.
  ///
  /// - Throws: ``YAMLError`` with line and column; also if there is no document or a second one.
  public static func document(
    _ bytes: some Sequence<UInt8>, limits: YAMLLimits = .manifest
  ) throws(YAMLError) -> JSONValue {
    try one(bytes, limits).value
  }

  /// The one document that the text spells.
  ///
  /// - Throws: ``YAMLError`` with line and column; also if there is no document or a second one.
  public static func document(_ text: String, limits: YAMLLimits = .manifest) throws(YAMLError) -> JSONValue {
    try document(text.utf8, limits: limits)
  }

  /// The one document that the bytes spell, with the places of its parts.
  ///
  /// - Throws: ``YAMLError`` with line and column; also if there is no document or a second one.
  public static func located(
    _ bytes: some Sequence<UInt8>, limits: YAMLLimits = .manifest
  ) throws(YAMLError) -> LocatedDocument {
    LocatedDocument(try one(bytes, limits))
  }

  /// The one document that the text spells, with the places of its parts.
  ///
  /// - Throws: ``YAMLError`` with line and column; also if there is no document or a second one.
  public static func located(_ text: String, limits: YAMLLimits = .manifest) throws(YAMLError) -> LocatedDocument {
    try located(text.utf8, limits: limits)
  }

  /// All documents that the bytes spell, with the places of their parts.
  ///
  /// - Throws: ``YAMLError`` with line and column.
  public static func locatedDocuments(
    _ bytes: some Sequence<UInt8>, limits: YAMLLimits = .manifest
  ) throws(YAMLError) -> [LocatedDocument] {
    try all(bytes, limits).map(LocatedDocument.init)
  }

  private static func all(_ bytes: some Sequence<UInt8>, _ limits: YAMLLimits) throws(YAMLError) -> [Node] {
    try compose(bytes, limits) { composer throws(YAMLError) in
      var nodes: [Node] = []
      while let document = try composer.document() { nodes.append(document.node) }
      return nodes
    }
  }

  private static func one(_ bytes: some Sequence<UInt8>, _ limits: YAMLLimits) throws(YAMLError) -> Node {
    try compose(bytes, limits) { composer throws(YAMLError) in
      guard let document = try composer.document() else {
        throw YAMLError("the text holds no YAML document", at: Mark(line: 1, column: 1))
      }
      if let second = try composer.document() {
        throw YAMLError("expected one document, but a second one begins in line \(second.start.line)", at: second.start)
      }
      return document.node
    }
  }

  private static func compose<Value>(
    _ bytes: some Sequence<UInt8>, _ limits: YAMLLimits,
    _ body: (inout Composer) throws(YAMLError) -> Value
  ) throws(YAMLError) -> Value {
    func result(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<Value, YAMLError> {
      Result { () throws(YAMLError) in
        var composer = try Composer(bytes, limits: limits)
        return try body(&composer)
      }
    }
    let direct = bytes.withContiguousStorageIfAvailable(result)
    return try (direct ?? ContiguousArray(bytes).withUnsafeBufferPointer(result)).get()
  }
}
