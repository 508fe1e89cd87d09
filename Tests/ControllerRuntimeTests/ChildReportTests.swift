// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Logging
import Testing

@testable import ControllerRuntime

/// What a controller says of the children that it applies.
@Suite struct ChildReportTests {
  private static let child = ChildID(type: .configMaps, key: ObjectKey(namespace: "team", name: "contact"))
  private static let name = "ConfigMap/team/contact"

  private func report(
    _ change: AppliedChild.Change, absence: ChildReport.Absence? = nil, alteration: Alteration? = nil
  ) -> ChildReport {
    ChildReport(of: Self.child, change, absence: absence, alteration: alteration, fieldManager: "us")
  }

  private func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> LogLine {
    LogLine(level, message, metadata.merging(["child": "\(Self.name)"]) { $1 })
  }

  private func event(_ reason: String, _ action: String, _ note: String) -> ObjectEvent {
    ObjectEvent(.warning, reason, action: action, note: "\(Self.name) \(note)")
  }

  @Test("What the controller itself decided is logged and is no Event")
  func ownChanges() {
    #expect(report(.created).lines == [line(.info, "child applied", ["change": "created"])])
    #expect(report(.updated).lines == [line(.info, "child applied", ["change": "updated"])])
    #expect(report(.created).events == [] && report(.updated).events == [])
  }

  @Test(
    "A child on which nothing was done reports nothing",
    arguments: [.unchanged, .beingDeleted, .contested(fields: ["data.k"], by: ["kubectl"])] as [AppliedChild.Change])
  func nothing(_ change: AppliedChild.Change) {
    let report = report(change, alteration: Alteration(fields: ["data.k"], isNew: false))
    #expect(report.lines == [] && report.events == [] && report.rival == nil)
  }

  @Test("A child that another writer deleted or hid is reported as drifted and repaired")
  func absence() {
    let deleted = report(.created, absence: .deleted)
    #expect(deleted.lines == [line(.warning, "child drifted", ["change": "deleted"])])
    #expect(deleted.events == [event("ChildRepaired", "Repair", "was deleted; repaired.")])
    let hidden = report(.created, absence: .hidden)
    #expect(hidden.lines == [line(.warning, "child drifted", ["fields": "metadata.labels"])])
    #expect(hidden.events == [event("ChildRepaired", "Repair", "had lost its labels; repaired.")])
  }

  @Test("A repair names the fields and, if it is known, the other writer")
  func repairs() {
    let named = report(.repaired(fields: ["data.k", "data.l"], by: ["kubectl-edit", "helm"]))
    #expect(named.lines == [line(.warning, "child drifted", ["fields": "data.k,data.l", "by": "kubectl-edit,helm"])])
    let note = "was changed in data.k, data.l by kubectl-edit, helm; repaired."
    #expect(named.events == [event("ChildRepaired", "Repair", note)])
    #expect(named.rival == nil)
    let unnamed = report(.repaired(fields: ["data.k"], by: []))
    #expect(unnamed.lines == [line(.warning, "child drifted", ["fields": "data.k"])])
    #expect(unnamed.events == [event("ChildRepaired", "Repair", "was changed in data.k; repaired.")])
  }

  @Test("A child that cannot be changed is reported as replaced")
  func replacement() {
    let report = report(.replacing(fields: ["spec.a", "spec.b"]))
    #expect(report.lines == [line(.warning, "child replaced", ["fields": "spec.a,spec.b"])])
    #expect(report.events == [event("ChildReplaced", "Replace", "cannot be changed in spec.a, spec.b; recreated.")])
  }

  @Test("A new alteration is reported before the change, with its remedy")
  func alteration() {
    let report = report(.updated, alteration: Alteration(fields: ["data.k", "data.l"], isNew: true))
    #expect(
      report.lines == [
        line(.warning, "child altered on admission", ["fields": "data.k,data.l"]),
        line(.info, "child applied", ["change": "updated"]),
      ])
    #expect(
      report.events == [
        event(
          "ChildAltered", "Apply",
          "is stored with other values in data.k, data.l than were applied: a mutating admission policy or webhook "
            + "changes them at each write, or a feature of the API server is off. Exempt \(Self.name) there, or set the "
            + "object to what it demands; it is tried again every 5 minutes.")
      ])
  }

  @Test("A second process under the same field manager has a line of its own, with the remedy")
  func rival() {
    let report = report(.repaired(fields: ["data.k"], by: [ChildApplier.otherProcess(as: "us")]))
    #expect(report.lines.map(\.message) == ["child drifted"])
    #expect(
      report.rival
        == line(
          .warning, "another operator applies the same children",
          [
            "manager": "us", "fields": "data.k",
            "remedy": "run one release in a cluster: kubectl get deployments -A lists those of us",
          ]))
  }
}
