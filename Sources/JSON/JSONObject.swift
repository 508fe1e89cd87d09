// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object, in the order in which they came.
///
/// Small objects, which is nearly all that Kubernetes has, are searched from front to back: cheaper in time and memory
/// than a hash table. From ``indexThreshold`` members on an index is kept beside them.
///
/// Names are the same only when their bytes are: Swift's `==` on text also equates a composed letter with its decomposed
/// form, which JSON and the API server tell apart.
public struct JSONObject: Sendable {
  /// The number of members from which a search goes through an index.
  static let indexThreshold = 16

  private var members: ContiguousArray<Member>
  private var index: [Name: Int]?

  private struct Member: Sendable {
    let key: String
    var value: JSONValue
  }

  /// A name that is the same as another only if its bytes are.
  struct Name: Hashable, Sendable {
    let text: String

    static func == (left: Name, right: Name) -> Bool { left.text.hasSameBytes(as: right.text) }
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
  }

  /// An object without members.
  public init() {
    members = []
  }

  /// An object with these members; a later member of the same name replaces an earlier one.
  public init(_ entries: some Sequence<(String, JSONValue)>) {
    self.init()
    for (key, value) in entries { self[key] = value }
  }

  /// The number of members.
  public var count: Int { members.count }

  /// Whether there are no members.
  public var isEmpty: Bool { members.isEmpty }

  /// The names of the members, in order.
  public var keys: some Sequence<String> { members.lazy.map(\.key) }

  /// The member of that name. A new member goes to the end; setting nil removes one.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (nil, let value?): append(key, value)
      case (let position?, nil): remove(at: position)
      case (nil, nil): break
      }
    }
  }

  /// Adds a member unless one of that name is there already; says whether it did.
  public mutating func insert(_ key: String, _ value: JSONValue) -> Bool {
    guard position(of: key) == nil else { return false }
    append(key, value)
    return true
  }

  /// Gives back the room that growing left over: an object that was parsed is seldom changed, and often kept.
  mutating func compact() {
    if members.capacity > members.count { members = members.withUnsafeBufferPointer { ContiguousArray($0) } }
  }

  private func position(of key: String) -> Int? {
    if let index { return index[Name(text: key)] }
    return members.firstIndex { $0.key.hasSameBytes(as: key) }
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    members.append(Member(key: key, value: value))
    if index != nil {
      index?[Name(text: key)] = members.count - 1
    } else if members.count >= Self.indexThreshold {
      buildIndex()
    }
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    if index != nil { buildIndex() }
  }

  private mutating func buildIndex() {
    index = Dictionary(uniqueKeysWithValues: members.enumerated().map { (Name(text: $1.key), $0) })
  }
}

extension JSONObject {
  /// The members by the bytes of their names: the order of canonical text.
  public func sortedByName() -> [(key: String, value: JSONValue)] {
    sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}

extension JSONObject: Sequence {
  /// Yields the members in order.
  public func makeIterator() -> some IteratorProtocol<(key: String, value: JSONValue)> {
    members.lazy.map { (key: $0.key, value: $0.value) }.makeIterator()
  }
}

extension JSONObject: Hashable {
  /// Whether both hold the same members, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
  }

  /// Feeds the members to the hasher so that their order does not matter.
  public func hash(into hasher: inout Hasher) {
    // Order must not matter, so each member is hashed on its own and the results are added up.
    var sum = 0
    for member in members {
      var one = Hasher()
      one.combine(member.key)
      one.combine(member.value)
      sum &+= one.finalize()
    }
    hasher.combine(members.count)
    hasher.combine(sum)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object with these members; a later member of the same name replaces an earlier one.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
