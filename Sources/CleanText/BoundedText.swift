// SPDX-License-Identifier: Apache-2.0

extension String {
  /// Returns the start of the text, cut at a character, with an ellipsis if it is longer than `limit` bytes of UTF-8.
  public func bounded(bytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let ellipsis = "…"
    var end = startIndex
    var length = ellipsis.utf8.count
    while end < endIndex {
      let next = index(after: end)
      length += self[end..<next].utf8.count
      if length > limit { break }
      end = next
    }
    return self[..<end] + ellipsis
  }

  /// Returns the end of the text, with an ellipsis at its start if it is longer than `limit` bytes of UTF-8.
  public func boundedAtStart(bytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let ellipsis = "…"
    var start = endIndex
    var length = ellipsis.utf8.count
    while start > startIndex {
      let next = index(before: start)
      length += self[next..<start].utf8.count
      if length > limit { break }
      start = next
    }
    return ellipsis + self[start...]
  }
}
