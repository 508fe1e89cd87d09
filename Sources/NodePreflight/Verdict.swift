// SPDX-License-Identifier: Apache-2.0

import JSON

/// What preflight found and did.
public struct Verdict: Hashable, Sendable {
  /// How the process is to end.
  public let exitCode: ExitCode
  /// A CamelCase word for conditions: `Prepared`, `NothingToDo`, `WouldChange`, `HostForbidden`,
  /// `SysctlNotWritable`, `Failed`.
  public let reason: String
  /// What was changed on the node, or would be: `net.netfilter.nf_conntrack_events: 2 -> 1`.
  public let changed: [String]
  /// One sentence for a person, with the way out if something is wrong.
  public let message: String

  /// A verdict made of its parts.
  public init(exitCode: ExitCode, reason: String, changed: [String] = [], message: String) {
    self.exitCode = exitCode
    self.reason = reason
    self.changed = changed
    self.message = message
  }

  /// The longest termination message that the kubelet keeps, in bytes.
  ///
  /// See "Customizing the termination message" in the Kubernetes documentation.
  public static let terminationMessageLimit = 4096

  /// The termination message: one JSON object with the members `verdict` (`ok` or `failed`), `reason`, `changed` and
  /// `message`, in this order, at most ``terminationMessageLimit`` bytes.
  public var terminationMessage: String {
    let full = json(message: message)
    guard full.utf8.count > Self.terminationMessageLimit else { return full }
    var short = message
    var text = full
    while text.utf8.count > Self.terminationMessageLimit, !short.isEmpty {
      short.removeLast(min(short.count, max(1, (text.utf8.count - Self.terminationMessageLimit) / 4)))
      text = json(message: short + "…")
    }
    return text
  }

  /// The same as one readable line, in the form of the operator's log.
  public var logLine: String {
    let level = exitCode == .ok ? "INFO " : "ERROR"
    let head = (exitCode == .ok ? "preflight passed" : "preflight failed").padded(to: 22)
    let changes = changed.isEmpty ? "" : " changed=" + JSONWriter.text(.string(changed.joined(separator: ", ")))
    return "\(level) \(head) reason=\(reason)\(changes) message=" + JSONWriter.text(.string(message))
  }

  private func json(message: String) -> String {
    let value: JSONValue = [
      "verdict": .string(exitCode == .ok ? "ok" : "failed"), "reason": .string(reason),
      "changed": .array(changed.map { .string($0) }), "message": .string(message),
    ]
    return JSONWriter.text(value, order: .asGiven)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
