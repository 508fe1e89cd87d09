// SPDX-License-Identifier: Apache-2.0

import JSON

/// Reads the members of an object that the schema has checked and completed.
///
/// A member that is missing here is a difference between schema and type. It is reported like any other fault, and never
/// papered over by a second set of defaults.
struct FieldReader {
  private let members: JSONObject
  private let path: [PathComponent]

  init(_ value: JSONValue, path: [PathComponent] = []) {
    members = value.object ?? [:]
    self.path = path
  }

  /// An object below; for one that is always there.
  func object(_ name: String) throws(FieldError) -> FieldReader {
    FieldReader(.object(try members(name)), path: path + [.field(name)])
  }

  /// An object below, or nil.
  func optionalObject(_ name: String) -> FieldReader? {
    members[name].map { FieldReader($0, path: path + [.field(name)]) }
  }

  func members(_ name: String) throws(FieldError) -> JSONObject { try read(name) { $0.object } }

  func optionalMembers(_ name: String) -> JSONObject? { members[name]?.object }

  func string(_ name: String) throws(FieldError) -> String { try read(name) { $0.string } }

  func optionalString(_ name: String) -> String? { members[name]?.string }

  func integer(_ name: String) throws(FieldError) -> Int64 { try read(name) { $0.integer } }

  func bool(_ name: String) throws(FieldError) -> Bool { try read(name) { $0.bool } }

  func value(_ name: String) throws(FieldError) -> JSONValue { try read(name) { $0 } }

  func strings(_ name: String) throws(FieldError) -> [String] {
    try read(name) { value in value.array?.compactMap(\.string) }
  }

  func objects(_ name: String) throws(FieldError) -> [JSONObject] {
    try read(name) { value in value.array?.compactMap(\.object) }
  }

  func map(_ name: String) throws(FieldError) -> [String: String] {
    try read(name) { value in
      value.object.map { members in
        Dictionary(members.compactMap { member in member.value.string.map { (member.key, $0) } }) { $1 }
      }
    }
  }

  func choice<Choice: RawRepresentable<String>>(_ name: String) throws(FieldError) -> Choice {
    try read(name) { $0.string.flatMap(Choice.init(rawValue:)) }
  }

  private func read<Value>(_ name: String, _ convert: (JSONValue) -> Value?) throws(FieldError) -> Value {
    guard let value = members[name].flatMap(convert) else {
      throw FieldError(path: path + [.field(name)], message: "has no value that this release can read")
    }
    return value
  }
}
