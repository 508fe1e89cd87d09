// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The text, cut at a character if it is longer than so many bytes of UTF-8, with an ellipsis at its end.
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

  /// The end of the text, with an ellipsis at its start if it is longer than so many bytes of UTF-8.
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
