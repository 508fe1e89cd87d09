// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// Decides whether a collection that is read in pages, or streamed, may go on.
///
/// A server, or a proxy before it, could else keep a client reading for ever, and fill its memory: pages that follow each
/// other in a circle, pages without an end, objects without an end. The bounds fit a process of 128 MiB.
package struct ListProgress: Sendable {
  /// How much is accepted.
  package struct Limits: Sendable {
    /// The most pages.
    package var pages = 1000
    /// The most pages in a row that hold nothing and promise more.
    package var emptyPages = 16
    /// The most objects.
    package var objects = 100_000
    /// The most memory that the objects may take, in bytes.
    package var bytes = 48 << 20
    /// The longest token, in bytes; a real one is a few hundred.
    package var token = 64 << 10

    package init() {}
  }

  private let limits: Limits
  private let name: String
  private var tokens: Set<Int> = []
  private var lastToken: String?
  private var pages = 0
  private var emptyPages = 0
  private var objects = 0
  /// About how much memory the objects take that were read.
  package private(set) var bytes = 0
  /// Whether an object or a page was refused; smaller pages are of no help then.
  package private(set) var isRefused = false

  /// Nothing has been read yet.
  ///
  /// - Parameter name: what is read, for messages: `configmaps`.
  package init(of name: String, limits: Limits = Limits()) {
    self.name = name
    self.limits = limits
  }

  /// Counts a page; returns why it is one too many, or nil.
  ///
  /// - Parameter sent: how many objects came, if the page holds only those that are kept.
  package mutating func refusal(of page: ObjectList, sent: Int? = nil) -> KubernetesError? {
    pages += 1
    emptyPages = (sent ?? page.items.count) == 0 ? emptyPages + 1 : 0
    for object in page.items {
      if let refusal = refusal(of: object) { return refusal }
    }
    guard let token = page.continueToken else { return nil }
    guard token != lastToken else { return refuse(.malformed("a page of \(name) continues with itself")) }
    lastToken = token
    guard tokens.insert(token.hashValue).inserted else {
      return refuse(.malformed("the pages of \(name) go round in a circle: a continue token comes again"))
    }
    if token.utf8.count > limits.token {
      return refuse(.oversized("a continue token of \(name) has more than \(limits.token) bytes"))
    }
    if emptyPages >= limits.emptyPages {
      return refuse(.oversized("\(emptyPages) pages of \(name) in a row are empty and promise more"))
    }
    return pages >= limits.pages ? refuse(.oversized("\(name) have more than \(limits.pages) pages")) : nil
  }

  /// Counts an object; returns why it is one too many, or nil.
  package mutating func refusal(of object: KubernetesObject) -> KubernetesError? {
    objects += 1
    bytes += object.content.footprint
    if objects > limits.objects { return refuse(.oversized("\(name) have more than \(limits.objects) objects")) }
    return bytes > limits.bytes
      ? refuse(.oversized("the \(name) take more than \(limits.bytes >> 20) MiB of memory")) : nil
  }

  private mutating func refuse(_ error: KubernetesError) -> KubernetesError {
    isRefused = true
    return error
  }
}
