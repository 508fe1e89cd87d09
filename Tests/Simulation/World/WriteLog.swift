// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import NIOConcurrencyHelpers

/// When writes of children were sent and when they had taken effect, in revisions of the server.
///
/// A request may be under way for a minute, outlive its sender and the bundle that it was made for. What it does then
/// nobody could prevent: a Lease is no fence.
final class WriteLog: Sendable {
  private struct Write {
    let child: String
    let owner: String
    let sent: Int64
    /// Nil as long as it is under way.
    var answered: Int64?
  }

  private let writes = NIOLockedValueBox<[Write]>([])

  /// Notes that a request is sent; returns what to tell ``answered(_:at:)``, or nil if it writes no child.
  func sent(_ request: HTTPRequest, at revision: Int64) -> Int? {
    guard request.method == "PATCH", request.url.contains("/configmaps/"), let body = request.body,
      let child = try? JSONParser.parse(body), let name = child["metadata"]?["name"]?.string,
      let owner = child["metadata"]?["ownerReferences"]?.array?.first?["uid"]?.string
    else { return nil }
    return writes.withLockedValue { writes in
      writes.append(Write(child: name, owner: owner, sent: revision))
      return writes.count - 1
    }
  }

  /// Notes that the server has answered.
  func answered(_ id: Int, at revision: Int64) { writes.withLockedValue { $0[id].answered = revision } }

  /// Whether what gave that owner to a child at a revision may have been sent before the owner was gone.
  func wasSent(for child: String, of owner: String, before gone: Int64, effectAt revision: Int64) -> Bool {
    writes.withLockedValue { writes in
      writes.contains {
        $0.child == child && $0.owner == owner && $0.sent < gone && revision <= $0.answered ?? .max
      }
    }
  }
}
