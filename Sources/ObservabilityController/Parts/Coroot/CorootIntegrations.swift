// SPDX-License-Identifier: Apache-2.0

import Rendering

/// Which stored integrations the servers run with, and from which servers data is taken. Pure.
///
/// Coroot answers 200 to data and writes it to the ClickHouse that it knew when it started, or drops it, until it is
/// restarted. So each set of stored settings has a name, which is a label of the pods that were started with it; the
/// Service that data is sent to selects the pods of the wanted name. While there are none, the gateway's queue holds the
/// data. All of it is read back from the StatefulSet, so that a restart of the operator changes nothing.
struct CorootIntegrations: Hashable, Sendable {
  /// The name that no pod has.
  static let closed = "closed"

  /// The label of the pods.
  var startedWith: String
  /// The label that the Service of incoming data selects.
  var takesDataWith: String

  /// Whether the servers take data.
  var isOpen: Bool { startedWith == takesDataWith }

  /// What was read back from the server.
  struct Stored: Hashable, Sendable {
    /// Another one than before means that the server's database is new.
    var project: String
    /// When the operator last stored the ClickHouse settings, in seconds; nil if it found them stored.
    var since: Int64?
  }

  /// - Parameters:
  ///   - live: the label of the pod template that the cluster holds; nil without a StatefulSet.
  ///   - wanted: a fingerprint of the ClickHouse settings.
  ///   - stored: what was read back as wanted; nil if it was not, or is not known yet.
  ///   - project: the project's ID as the server last gave it, whatever else was found; nil if it has not.
  init(live: String?, wanted: String, stored: Stored?, project: String? = nil) {
    let live = live ?? CorootShape.noIntegrations
    guard let stored else {
      startedWith = live
      // Servers that were started with what is wanted keep taking data while they cannot be asked.
      // Those whose database is another one by now drop what they are sent until their new project is set up.
      let isKnown = project.map { Self.names(live, "\(wanted)-\($0)") } ?? live.hasPrefix("\(wanted)-")
      takesDataWith = isKnown ? live : Self.closed
      return
    }
    let name = "\(wanted)-\(stored.project)"
    let isCurrent = Self.names(live, name)
    if let since = stored.since {
      startedWith = "\(name)-\(since)"
    } else {
      startedWith = isCurrent ? live : name
    }
    takesDataWith = startedWith
  }

  /// Whether a label is that name, with or without a time.
  private static func names(_ label: String, _ name: String) -> Bool { label == name || label.hasPrefix("\(name)-") }

  /// What the Service of incoming data is to select, by how ClickHouse is.
  ///
  /// - Parameters:
  ///   - isReady: whether ClickHouse takes rows; nil if it has not answered, as after a start of the operator. Then nothing
  ///     is opened: what waits in the gateway would be gone before the answer comes.
  ///   - live: what the Service selects now; nil without one.
  func selected(isReady: Bool?, live: String?) -> String {
    switch isReady {
    case true?: takesDataWith
    case false?: Self.closed
    case nil: live == takesDataWith ? takesDataWith : Self.closed
    }
  }
}
