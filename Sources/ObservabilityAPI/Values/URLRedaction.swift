// SPDX-License-Identifier: Apache-2.0

/// Keeps credentials out of what people and logs can read.
public enum URLRedaction {
  /// The URL without `user:password@`.
  ///
  /// Everything up to the last `@` before the path goes, as in RFC 3986 section 3.2.1. A text without `//` has no such
  /// part and comes back as it is.
  public static func withoutUserInfo(_ url: String) -> String {
    guard let slashes = url.firstRange(of: "//") else { return url }
    let rest = url[slashes.upperBound...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    guard let at = rest[..<end].lastIndex(of: "@") else { return url }
    return String(url[..<slashes.upperBound] + rest[rest.index(after: at)...])
  }
}
