// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Logging

/// What is reported of one child after an apply: log lines, and Events on its owner. Pure.
///
/// A repair is a warning that names the child, the fields and the other writer. A child that is as desired, is being
/// deleted, or is left alone until its backoff ends reports nothing: each repair before was reported.
public struct ChildReport: Equatable, Sendable {
  /// Why a child that this owner had applied before was not found.
  public enum Absence: Hashable, Sendable {
    /// It is another object now: another writer had deleted it.
    case deleted
    /// It is the same object, but it had lost the labels by which it is watched.
    case hidden
  }

  /// The log lines, without the key `object`.
  public private(set) var lines: [LogLine] = []
  /// The Events on the owner.
  public private(set) var events: [ObjectEvent] = []
  /// A second process applies under the same field manager, perhaps with a Lease in another namespace. Log this once for
  /// an owner; without the key `object`.
  public private(set) var rival: LogLine?

  private let child: ChildID

  /// The report of an apply.
  ///
  /// - Parameters:
  ///   - absence: why a child that was applied before was not found; nil for one that is new, or that was replaced.
  ///   - alteration: what the API server makes of the child; reported when it is new.
  ///   - fieldManager: the manager under which the child is applied.
  public init(
    of child: ChildID, _ change: AppliedChild.Change, absence: Absence? = nil, alteration: Alteration? = nil,
    fieldManager: String
  ) {
    self.child = child
    if let alteration, alteration.isNew {
      add(.warning, "child altered on admission", ["fields": "\(Self.list(alteration.fields))"])
      events.append(.warning("ChildAltered", action: "Apply", note: alteration.explanation(of: "\(child)")))
    }
    switch change {
    case .unchanged, .beingDeleted, .contested: break
    case .created: created(absence)
    case .updated: add(.info, "child applied", ["change": "updated"])
    case .replacing(let fields):
      add(.warning, "child replaced", ["fields": "\(Self.list(fields))"])
      let note = "\(child) cannot be changed in \(fields.joined(separator: ", ")); recreated."
      events.append(.warning("ChildReplaced", action: "Replace", note: note))
    case .repaired(let fields, let managers): repaired(fields, managers, fieldManager)
    }
  }

  private mutating func created(_ absence: Absence?) {
    switch absence {
    case nil: add(.info, "child applied", ["change": "created"])
    case .deleted:
      add(.warning, "child drifted", ["change": "deleted"])
      repair("was deleted")
    case .hidden:
      add(.warning, "child drifted", ["fields": "metadata.labels"])
      repair("had lost its labels")
    }
  }

  private mutating func repaired(_ fields: [String], _ managers: [String], _ fieldManager: String) {
    var metadata: Logger.Metadata = ["fields": "\(Self.list(fields))"]
    if !managers.isEmpty { metadata["by"] = "\(Self.list(managers))" }
    add(.warning, "child drifted", metadata)
    let who = managers.isEmpty ? "" : " by \(managers.joined(separator: ", "))"
    repair("was changed in \(fields.joined(separator: ", "))\(who)")
    guard managers.contains(ChildApplier.otherProcess(as: fieldManager)) else { return }
    rival = LogLine(
      .warning, "another operator applies the same children",
      [
        "child": "\(child)", "manager": "\(fieldManager)", "fields": "\(Self.list(fields))",
        "remedy": "run one release in a cluster: kubectl get deployments -A lists those of \(fieldManager)",
      ])
  }

  private mutating func repair(_ what: String) {
    events.append(.warning("ChildRepaired", action: "Repair", note: "\(child) \(what); repaired."))
  }

  private mutating func add(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
    lines.append(LogLine(level, message, metadata.merging(["child": "\(child)"]) { $1 }))
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ",") }
}

extension Alteration {
  /// Says what is altered, by what, and the remedy.
  ///
  /// - Parameter child: the child as the reader knows it, such as `ConfigMap team/contact`.
  public func explanation(of child: String) -> String {
    "\(child) is stored with other values in \(fields.joined(separator: ", ")) than were applied: a mutating "
      + "admission policy or webhook changes them at each write, or a feature of the API server is off. Exempt \(child) "
      + "there, or set the object to what it demands; it is tried again every 5 minutes."
  }
}

/// One log line, decided before it is written.
public struct LogLine: Equatable, Sendable {
  /// How grave it is.
  public var level: Logger.Level
  /// What happened; constant, so that lines can be searched for.
  public var message: String
  /// To what, and how.
  public var metadata: Logger.Metadata

  /// A line made of its parts.
  public init(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata = [:]) {
    self.level = level
    self.message = message
    self.metadata = metadata
  }

  /// Writes the line about an object, which it names under the key `object`.
  public func write(to logger: Logger, object: some CustomStringConvertible) {
    logger.log(level: level, "\(message)", metadata: metadata.merging(["object": "\(object)"]) { $1 })
  }
}
