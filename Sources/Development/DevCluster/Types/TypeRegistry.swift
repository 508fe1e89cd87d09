// SPDX-License-Identifier: Apache-2.0

/// The types that are served, built in and custom, in discovery's order.
struct TypeRegistry: Sendable {
  private struct Place: Hashable {
    var group: String
    var version: String
    var plural: String

    init(_ type: ServedType) { self.init(type.group, type.version, type.plural) }

    init(_ group: String, _ version: String, _ plural: String) {
      (self.group, self.version, self.plural) = (group, version, plural)
    }
  }

  private(set) var types: [ServedType] = BuiltInTypes.all
  private var places = builtInPlaces

  private static let builtInPlaces = index(BuiltInTypes.all)

  /// The type of that place in the API.
  func type(group: String, version: String, plural: String) -> ServedType? {
    places[Place(group, version, plural)].map { types[$0] }
  }

  /// The type that an object names.
  func type(apiVersion: String, kind: String) -> ServedType? {
    types.first { $0.apiVersion == apiVersion && $0.kind == kind }
  }

  /// One type for each place in the store, the preferred version first.
  func stored(_ storage: StorageKey) -> ServedType? { types.first { $0.storage == storage } }

  /// The versions of one group, in order; empty if nobody serves it.
  func versions(of group: String) -> [String] {
    var versions: [String] = []
    for type in types where type.group == group && !versions.contains(type.version) { versions.append(type.version) }
    return versions
  }

  /// The named groups, in discovery's order.
  var groups: [String] {
    var groups: [String] = []
    for type in types where !type.group.isEmpty && !groups.contains(type.group) { groups.append(type.group) }
    return groups
  }

  /// Whether a group and version is served at all.
  func serves(group: String, version: String) -> Bool {
    types.contains { $0.group == group && $0.version == version }
  }

  private static func index(_ types: [ServedType]) -> [Place: Int] {
    Dictionary(types.enumerated().map { (Place($1), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Serves the versions of a custom resource in the place of what was served for it before.
  mutating func serve(_ custom: [ServedType], for storage: StorageKey) {
    types.removeAll { $0.isCustom && $0.storage == storage }
    types += custom
    places = Self.index(types)
  }
}
