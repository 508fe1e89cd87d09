// SPDX-License-Identifier: Apache-2.0

import JSON

/// What in the recording stands for what in the replay: uids, generated names, tokens and versions.
///
/// A recorded value is bound to the value that comes in its place when both are first seen, and must come in its place
/// ever after. So values are not compared, but whether they are the same, or moved, is.
struct Correspondence {
  private var texts: [String: String] = [:]
  private var recorded: [String: String] = [:]
  private var versions: [Int64: Int64] = [:]
  private var recordedVersions: [Int64: Int64] = [:]

  /// Binds a text, or says why it cannot be what the recorded one stands for.
  mutating func bind(_ expected: String, to actual: String) -> String? {
    if let known = texts[expected] {
      return known == actual ? nil : "\(known), as before in place of the recorded \(expected)"
    }
    if let other = recorded[actual] { return "another than \(actual), which stands for the recorded \(other)" }
    texts[expected] = actual
    recorded[actual] = expected
    return nil
  }

  /// Binds the version of an object, or says why it cannot be what the recorded one stands for: versions that were the
  /// same must be the same, and one that was later must be later.
  mutating func bind(version expected: Int64, to actual: Int64) -> String? {
    if let known = versions[expected] {
      return known == actual ? nil : "\(known), as before in place of the recorded \(expected)"
    }
    if let other = recordedVersions[actual] { return "one that moved since the recorded \(other)" }
    for (earlier, ours) in versions where (earlier < expected) != (ours < actual) {
      return "one \(earlier < expected ? "after" : "before") \(ours)"
    }
    versions[expected] = actual
    recordedVersions[actual] = expected
    return nil
  }

  /// Checks the version of a list or a bookmark. The recorded server wrote objects of its own in between, so a version
  /// that no object has may stand for any that is not before what was seen.
  func check(listVersion expected: Int64, is actual: Int64) -> String? {
    if let known = versions[expected] { return known == actual ? nil : "\(known)" }
    let least = versions.lazy.filter { $0.key < expected }.map(\.value).max() ?? 0
    return actual >= least ? nil : "\(least) or later"
  }

  /// A recorded text as it must read in the replay.
  func translated(_ text: String) -> String {
    var result = text
    for (expected, actual) in texts where result.contains(expected) {
      result = result.replacing(expected, with: actual)
    }
    return result
  }

  /// The version to send in place of a recorded one; one that was never seen in an answer was made up and stays.
  func translated(version text: String) -> String {
    Int64(text).flatMap { versions[$0] }.map(String.init) ?? text
  }

  /// A recorded body as it must be sent in the replay.
  func translated(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): return .string(translated(text))
    case .array(let items): return .array(items.map { translated($0) })
    case .object(let members):
      var result = JSONObject()
      for (key, value) in members {
        if key == "resourceVersion", let version = value.string {
          result[key] = .string(translated(version: version))
        } else {
          result[key] = translated(value)
        }
      }
      return .object(result)
    default: return value
    }
  }
}
