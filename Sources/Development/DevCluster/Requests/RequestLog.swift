// SPDX-License-Identifier: Apache-2.0

/// One request, as a test or an audit wants to see it.
public struct LoggedRequest: Hashable, Sendable, CustomStringConvertible {
  /// The verb as RBAC has it: get, list, watch, create, update, patch, delete, deletecollection. The method in lower
  /// case for paths that are no resources.
  public var verb: String
  /// The group of the resource; empty for the core group.
  public var group: String
  /// The plural of the resource, or the path if it is none.
  public var resource: String
  /// The subresource, such as `status`.
  public var subresource: String?
  /// The namespace, if the path has one.
  public var namespace: String?
  /// The name, if the path has one.
  public var name: String?
  /// Who asked, as the server knows it.
  public var user: String
  /// What the client says it is.
  public var userAgent: String
  /// Whether it was a dry run, which changes nothing.
  public var isDryRun = false
  /// The HTTP status code of the answer; 0 if the connection was closed on purpose.
  public var code: Int

  /// Whether the verb is one that writes, and it was no dry run.
  public var isWrite: Bool {
    !isDryRun && ["create", "update", "patch", "delete", "deletecollection"].contains(verb)
  }

  /// For messages and logs.
  public var description: String {
    let target = [namespace, name].compactMap { $0 }.joined(separator: "/")
    let resource = self.resource + (group.isEmpty ? "" : ".\(group)") + (subresource.map { "/\($0)" } ?? "")
    return "\(verb) \(resource)\(target.isEmpty ? "" : " \(target)") -> \(code)"
  }
}

/// The requests that were answered, the newest last, and how many there were.
struct RequestLog: Sendable {
  private(set) var entries: [LoggedRequest] = []
  private(set) var requests = 0
  private(set) var writes = 0
  private static let limit = 20_000

  mutating func append(_ entry: LoggedRequest) {
    requests += 1
    if entry.isWrite { writes += 1 }
    entries.append(entry)
    if entries.count > Self.limit * 2 { entries.removeFirst(Self.limit) }
  }

  mutating func clear() { self = RequestLog() }
}
