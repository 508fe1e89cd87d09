// SPDX-License-Identifier: Apache-2.0

/// Which members of a JSON text to keep while it is parsed, so that what nobody reads never takes memory.
///
/// A path names members from the top; an array on the way is passed through, so `["items", "spec"]` is the `spec` of each
/// item. What is dropped is still checked to be JSON.
public struct JSONProjection: Hashable, Sendable {
  indirect enum Rule: Hashable, Sendable {
    case keep
    case drop
    case members([String: Rule], others: Rule)
  }

  let rule: Rule

  /// Keeps everything.
  public static let everything = JSONProjection(rule: .keep)

  /// Keeps all but the members at these paths.
  public static func dropping(_ paths: [[String]]) -> JSONProjection {
    JSONProjection(rule: paths.reduce(.keep) { $0.setting($1[...], to: .drop, others: .keep) })
  }

  /// Keeps the members at these paths, whole, and what leads to them; nothing else.
  public static func keeping(_ paths: [[String]]) -> JSONProjection {
    JSONProjection(rule: paths.reduce(.drop) { $0.setting($1[...], to: .keep, others: .drop) })
  }

  /// The projection of a text in which what this one is for stands at that path, beside other members that are kept.
  public func nested(under path: [String]) -> JSONProjection {
    JSONProjection(rule: Rule.keep.setting(path[...], to: rule, others: .keep))
  }

  /// What of the value is kept. A value that is dropped as a whole becomes null.
  public func apply(to value: JSONValue) -> JSONValue { rule.apply(to: value) ?? .null }
}

extension JSONProjection.Rule {
  fileprivate func setting(_ path: ArraySlice<String>, to rule: Self, others: Self) -> Self {
    guard let first = path.first else { return rule }
    guard case .members(var members, let rest) = self else {
      // What holds for the whole holds for the part.
      if self != others { return self }
      return .members([first: others.setting(path.dropFirst(), to: rule, others: others)], others: others)
    }
    members[first] = (members[first] ?? rest).setting(path.dropFirst(), to: rule, others: others)
    return .members(members, others: rest)
  }

  fileprivate func apply(to value: JSONValue) -> JSONValue? {
    switch (self, value) {
    case (.keep, _): value
    case (.drop, _): nil
    case (.members, .array(let elements)): .array(elements.compactMap { apply(to: $0) })
    case (.members(let members, let others), .object(let object)):
      .object(
        JSONObject(
          object.compactMap { name, value in
            (members[name] ?? others).apply(to: value).map { (name, $0) }
          }))
    case (.members, _): value
    }
  }
}
