// SPDX-License-Identifier: Apache-2.0

import JSON

/// Builds values from the events of a text and holds it to the limits.
struct Composer: ~Copyable {
  private enum Anchor {
    /// The node under the anchor is still being read.
    case open
    case complete(Node)
  }

  private let reader: EventReader
  private let limits: YAMLLimits
  private var anchors: [String: Anchor] = [:]
  private var documents = 0
  private var depth = 0
  private var expansions = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, limits: YAMLLimits) throws(YAMLError) {
    guard bytes.count <= limits.bytes else {
      throw YAMLError(
        "the text has \(bytes.count) bytes, more than the \(limits.bytes) accepted", at: Mark(line: 1, column: 1))
    }
    reader = try EventReader(bytes)
    self.limits = limits
  }

  /// The next document that holds anything, with the place where it begins; nil at the end of the text.
  mutating func document() throws(YAMLError) -> (node: Node, start: Mark)? {
    while true {
      let event = try reader.next()
      switch event.kind {
      case .streamEnd: return nil
      case .documentStart:
        documents += 1
        guard documents <= limits.documents else {
          throw YAMLError("more than \(limits.documents) documents in one text", at: event.mark)
        }
        anchors = [:]
        let root = try reader.next()
        let node = try node(root)
        if case .scalar(let scalar) = root.kind, scalar.isAbsent { continue }
        return (node, event.mark)
      default: continue
      }
    }
  }

  private mutating func node(_ event: Event) throws(YAMLError) -> Node {
    switch event.kind {
    case .alias(let name):
      return try alias(name, at: event.mark)
    case .scalar(let scalar):
      let node = Node(scalar: try scalar.value(at: event.mark), at: event.mark)
      if let name = scalar.properties.anchor { anchors[name] = .complete(node) }
      return node
    case .sequenceStart(let properties):
      return try collection(properties, "seq", at: event.mark) { composer throws(YAMLError) in
        try composer.sequence(at: event.mark)
      }
    case .mappingStart(let properties):
      return try collection(properties, "map", at: event.mark) { composer throws(YAMLError) in
        try composer.mapping(at: event.mark)
      }
    default:
      throw YAMLError("expected a value", at: event.mark)
    }
  }

  private mutating func collection(
    _ properties: Event.Properties, _ type: String, at mark: Mark,
    _ body: (inout Composer) throws(YAMLError) -> Node
  ) throws(YAMLError) -> Node {
    if let tag = properties.tag, tag != "!", tag != Tag.prefix + type { throw Tag.unknown(tag, at: mark) }
    guard depth < limits.depth else { throw tooDeep(at: mark) }
    if let name = properties.anchor { anchors[name] = .open }
    depth += 1
    let node = try body(&self)
    depth -= 1
    if let name = properties.anchor { anchors[name] = .complete(node) }
    return node
  }

  private mutating func sequence(at mark: Mark) throws(YAMLError) -> Node {
    var elements: [Node] = []
    while true {
      let event = try reader.next()
      if case .sequenceEnd = event.kind { return Node(elements: elements, at: mark) }
      elements.append(try node(event))
    }
  }

  private mutating func mapping(at mark: Mark) throws(YAMLError) -> Node {
    var builder = MappingBuilder()
    while true {
      let event = try reader.next()
      if case .mappingEnd = event.kind { return builder.node(at: mark) }
      if case .scalar(let scalar) = event.kind, scalar.isMergeKey {
        try builder.merge(try node(try reader.next()))
      } else {
        let key = try key(event)
        try builder.add(key, at: event.mark, try node(try reader.next()))
      }
    }
  }

  /// The name of a member. Integers and truth values become text, as in `sigs.k8s.io/yaml`.
  ///
  /// That package also takes other numbers, but spells them anew, so that 1.10 becomes "1.1": here they must be quoted.
  private mutating func key(_ event: Event) throws(YAMLError) -> String {
    switch event.kind {
    case .sequenceStart, .mappingStart:
      throw YAMLError("a key must be text, found a sequence or a mapping", at: event.mark)
    default:
      break
    }
    switch try node(event).value {
    case .string(let text): return text
    case .integer(let number): return String(number)
    case .bool(let value): return value ? "true" : "false"
    case .array, .object: throw YAMLError("a key must be text, found a sequence or a mapping", at: event.mark)
    case let other: throw YAMLError("a key must be text, found \(other.typeName); quote it", at: event.mark)
    }
  }

  private mutating func alias(_ name: String, at mark: Mark) throws(YAMLError) -> Node {
    switch anchors[name] {
    case .complete(let node):
      expansions += node.size
      guard expansions <= limits.aliasExpansions else {
        throw YAMLError("with *\(name), aliases stand for more than \(limits.aliasExpansions) values", at: mark)
      }
      guard depth + node.height <= limits.depth else { throw tooDeep(at: mark) }
      return node.moved(to: mark)
    case .open:
      throw YAMLError("alias *\(name) stands inside the value that it refers to", at: mark)
    case nil:
      throw YAMLError("alias *\(name) refers to no anchor; write &\(name) before a value above it", at: mark)
    }
  }

  private func tooDeep(at mark: Mark) -> YAMLError {
    YAMLError("nested deeper than \(limits.depth) levels", at: mark)
  }
}
