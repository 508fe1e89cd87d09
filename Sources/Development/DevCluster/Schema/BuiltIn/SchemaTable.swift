// SPDX-License-Identifier: Apache-2.0

import JSON

/// Schemas of built-in kinds, read from compact tables.
///
/// A table is text. `Name {`, optionally `Name atomic {`, opens a type and `}` closes it; between them stands one
/// member a line: its name, its type and its flags. Types are `string`, `int`, `bool`, `any`, `intOrString`,
/// `quantity`, `time`, `microtime`, `bytes`, another type of the tables, `[T]` for a list and `{T}` for a map. Flags are:
///
/// - `*` a pointer in Go: any value that is given is kept, null counts as absent;
/// - `!` always written, with the zero value where there is none;
/// - `map=a,b` and `set` for the merge of a list, `atomic` for a map or an object;
/// - `=value` for a default, as JSON without spaces or as a bare word.
///
/// Without `*` and `!` Go's `omitempty` holds: zero values are left out, but structures are always written. The
/// facts are those of `k8s.io/api` 1.36 and of the OpenAPI document that the API server publishes.
struct SchemaTable: Sendable {
  /// The types by name.
  let types: [String: StructuralSchema]
  /// What could not be read. A test holds it empty.
  let problems: [String]

  init(_ texts: [String]) {
    var reader = SchemaTableReader(texts)
    types = reader.readAll()
    problems = reader.problems
  }

  /// All built-in kinds.
  static let builtIn = SchemaTable([
    metaTable, coreTable, podTable, volumeTable, appsTable, networkingTable, accessTable, otherTable,
  ])
}

private struct SchemaTableReader {
  private struct Definition {
    var isAtomic: Bool
    var lines: [Substring] = []
  }

  private struct Flags {
    var isPointer = false
    var isAlways = false
    var merging: StructuralSchema.Merging?
    var defaultValue: JSONValue?
  }

  private var definitions: [String: Definition] = [:]
  private var resolved: [String: StructuralSchema] = [:]
  private var open: Set<String> = []
  private(set) var problems: [String] = []

  init(_ texts: [String]) {
    for text in texts {
      var name = ""
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.last == "{" {
          name = String(words[0])
          if definitions[name] != nil { problems.append("\(name) is defined twice") }
          definitions[name] = Definition(isAtomic: words.dropFirst().first == "atomic")
        } else if words.first != "}" {
          definitions[name]?.lines.append(line)
        }
      }
    }
  }

  mutating func readAll() -> [String: StructuralSchema] {
    for name in definitions.keys.sorted() { _ = type(named: name) }
    return resolved
  }

  private mutating func type(named name: String) -> StructuralSchema {
    if let done = resolved[name] { return done }
    guard let definition = definitions[name], open.insert(name).inserted else {
      problems.append(definitions[name] == nil ? "\(name) is not defined" : "\(name) contains itself")
      return .anything
    }
    var properties: [(String, StructuralSchema)] = []
    for line in definition.lines {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 2 else {
        problems.append("\(name): \(line)")
        continue
      }
      let flags = flags(words.dropFirst(2), in: name)
      properties.append((words[0], schema(words[1], flags)))
    }
    let merging: StructuralSchema.Merging? = definition.isAtomic ? .atomic : nil
    let schema = StructuralSchema(kind: .object, merging: merging, properties: properties)
    resolved[name] = schema
    return schema
  }

  private mutating func flags(_ words: ArraySlice<String>, in name: String) -> Flags {
    var flags = Flags()
    for word in words {
      switch word {
      case "*": flags.isPointer = true
      case "!": flags.isAlways = true
      case "set": flags.merging = .set
      case "atomic": flags.merging = .atomic
      case let word where word.hasPrefix("map="):
        flags.merging = .map(keys: word.dropFirst(4).split(separator: ",").map(String.init))
      case let word where word.hasPrefix("="):
        let text = String(word.dropFirst())
        flags.defaultValue = (try? JSONParser.parse(text)) ?? .string(text)
      default: problems.append("\(name): unknown flag \(word)")
      }
    }
    return flags
  }

  private mutating func schema(_ type: String, _ flags: Flags) -> StructuralSchema {
    var rules = ValueRules()
    rules.isPointer = flags.isPointer
    func scalar(_ kind: StructuralSchema.Kind, zero: JSONValue, format: String? = nil) -> StructuralSchema {
      rules.format = format
      let presence: StructuralSchema.Presence =
        flags.isAlways ? .always(flags.isPointer ? .null : zero) : flags.isPointer ? .asGiven : .omittedWhenZero
      return StructuralSchema(
        kind: kind, rules: rules, merging: flags.merging, defaultValue: flags.defaultValue, presence: presence)
    }
    switch type {
    case "string": return scalar(.string, zero: "")
    case "int": return scalar(.integer, zero: 0)
    case "bool": return scalar(.boolean, zero: false)
    case "bytes": return scalar(.string, zero: .null, format: "byte")
    case "intOrString": return scalar(.intOrString, zero: 0)
    case "quantity": return scalar(.intOrString, zero: "0", format: ValueRules.quantityFormat)
    case "time": return scalar(.string, zero: .null, format: "date-time")
    case "microtime": return scalar(.string, zero: .null, format: ValueRules.microTimeFormat)
    case "any":
      rules.preservesUnknownFields = true
      rules.isPointer = true
      return StructuralSchema(kind: .any, rules: rules, defaultValue: flags.defaultValue)
    default: break
    }
    let composite: (items: StructuralSchema?, additional: StructuralSchema?)
    switch type.first {
    case "[": composite = (schema(String(type.dropFirst().dropLast()), Flags()).asElement, nil)
    case "{": composite = (nil, schema(String(type.dropFirst().dropLast()), Flags()).asElement)
    default:
      let base = self.type(named: type)
      let presence: StructuralSchema.Presence =
        flags.isAlways ? .always(.null) : flags.isPointer ? .asGiven : .alwaysStructure
      return StructuralSchema(
        kind: .object, rules: rules, merging: flags.merging ?? base.merging,
        properties: base.propertyOrder.compactMap { name in base.properties[name].map { (name, $0) } },
        defaultValue: flags.defaultValue, presence: presence)
    }
    let presence: StructuralSchema.Presence =
      flags.isAlways ? .always(.null) : flags.isPointer ? .asGiven : .omittedWhenZero
    return StructuralSchema(
      kind: composite.items == nil ? .object : .array, rules: rules, merging: flags.merging,
      additionalProperties: composite.additional, items: composite.items, defaultValue: flags.defaultValue,
      presence: presence)
  }
}

extension StructuralSchema {
  /// The schema for elements of lists and maps: nothing is left out there.
  fileprivate var asElement: StructuralSchema {
    StructuralSchema(
      kind: kind, rules: rules, merging: merging,
      properties: propertyOrder.compactMap { name in properties[name].map { (name, $0) } },
      additionalProperties: additionalProperties, items: items)
  }
}
