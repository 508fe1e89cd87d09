// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// Reads a watch frame by frame.
final class FrameReader {
  private var frames: WatchStream.AsyncIterator

  init(_ stream: WatchStream) { frames = stream.makeAsyncIterator() }

  /// The next frame in words, such as `added one=1`; nil at the end.
  func next() async throws(KubernetesError) -> String? {
    switch try await frames.next() {
    case .added(let object): Self.text("added", object)
    case .modified(let object): Self.text("modified", object)
    case .deleted(let object): Self.text("deleted", object)
    case .bookmark: "bookmark"
    case nil: nil
    }
  }

  private static func text(_ kind: String, _ object: KubernetesObject) -> String {
    "\(kind) \(object.name)=\(object[path: "data", "value"]?.string ?? "")"
  }
}
