// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import Synchronization

/// When writes of children were sent and when they had taken effect, in revisions of the server.
///
/// A request may be under way for a minute, outlive its sender and the bundle that it was made for. So may the answer to
/// the question that is asked before a write, whether the bundle is still the one that is known. What the write does then
/// nobody could prevent: a Lease is no fence.
final class WriteLog: Sendable {
  private struct Write {
    let child: String
    let owner: String
    /// When it was sent, or the question asked on whose answer it rests.
    let sent: Int64
    /// Nil as long as it is under way.
    var answered: Int64?
  }

  private struct Question {
    let sent: Int64
    /// Nil as long as the answer is under way.
    var told: Duration?
  }

  private struct State {
    var writes: [Write] = []
    /// By sender and bundle.
    var questions: [[String]: Question] = [:]
  }

  /// How long after an answer a write may rest on it: longer than a pass takes.
  private static let trust = Duration.seconds(5)
  private let state = Mutex(State())

  /// The bundle that a request asks for.
  static func question(_ request: HTTPRequest) -> String? {
    guard request.method == "GET", !request.url.contains("?") else { return nil }
    let parts = request.url.split(separator: "/")
    return parts.dropLast().last == "bundles" ? parts.last.map { String($0) } : nil
  }

  /// Notes that a sender asks for a bundle.
  func asked(_ bundle: String, by sender: String, at revision: Int64) {
    state.withLock { $0.questions[[sender, bundle]] = Question(sent: revision) }
  }

  /// Notes that the sender has the answer.
  func told(_ bundle: String, to sender: String, now: Duration) {
    state.withLock { $0.questions[[sender, bundle]]?.told = now }
  }

  /// Notes that a request is sent; returns what to tell ``answered(_:at:)``, or nil if it writes no child.
  func sent(_ request: HTTPRequest, by sender: String, at revision: Int64, now: Duration) -> Int? {
    guard request.method == "PATCH", request.url.contains("/configmaps/"), let body = request.body,
      let child = try? JSONParser.parse(body), let name = child["metadata"]?["name"]?.string,
      let owner = child["metadata"]?["ownerReferences"]?.array?.first?["uid"]?.string
    else { return nil }
    let bundle = child["metadata"]?["labels"]?[Bundle.label]?.string ?? ""
    return state.withLock { state in
      let question = state.questions[[sender, bundle]]
      let restsOnIt = question?.told.map { now - $0 <= Self.trust } ?? false
      let sent = restsOnIt ? min(revision, question?.sent ?? revision) : revision
      state.writes.append(Write(child: name, owner: owner, sent: sent))
      return state.writes.count - 1
    }
  }

  /// Notes that the server has answered.
  func answered(_ id: Int, at revision: Int64) { state.withLock { $0.writes[id].answered = revision } }

  /// Whether what gave that owner to a child at a revision may have been sent before the owner was gone.
  func wasSent(for child: String, of owner: String, before gone: Int64, effectAt revision: Int64) -> Bool {
    state.withLock { state in
      state.writes.contains {
        $0.child == child && $0.owner == owner && $0.sent < gone && revision <= $0.answered ?? .max
      }
    }
  }
}
