// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

/// What holds for every child of every object; the pod has its own rules (`PodRule`).
@Suite struct InvariantTests {
  private func text(_ fixture: Fixture) -> String {
    fixture.children.map { JSONWriter.text(.object($0.manifest.content)) }.joined()
  }

  @Test(arguments: Matrix.all) func thereAreTwoContainersAndTheAccountHasNoToken(_ fixture: Fixture) {
    #expect(fixture.pod?["containers"]?.array?.count == 1)
    #expect(fixture.pod?["initContainers"]?.array?.count == 1)
    #expect(fixture.child("ServiceAccount")?["automountServiceAccountToken"] == false)
  }

  @Test(arguments: Matrix.all) func everyChildIsOwnedAndLabelled(_ fixture: Fixture) {
    for child in fixture.children {
      let metadata = child.manifest["metadata"]
      #expect(metadata?[path: "labels", "observability.cozystack.io/object"]?.string == fixture.object.name)
      #expect(child.namespace == fixture.object.spec.namespace && child.type.isNamespaced)
      #expect(child.id == ChildID(child.manifest) && !child.name.isEmpty)
      let owner = metadata?["ownerReferences"]?.array?.first
      #expect(owner?["uid"]?.string == Fixture.uid)
      #expect(owner?["controller"] == true)
      #expect(child.manifest.apiVersion == child.type.apiVersion)
      #expect(child.manifest.kind == child.type.kind)
    }
  }

  @Test(arguments: Matrix.all) func selectorsFindThePods(_ fixture: Fixture) throws {
    let labels = try #require(fixture.child("DaemonSet")?[path: "spec", "template", "metadata", "labels"]?.object)
    let selectors = [
      fixture.child("DaemonSet")?[path: "spec", "selector", "matchLabels"],
      fixture.child("NetworkPolicy")?[path: "spec", "podSelector", "matchLabels"],
    ]
    for selector in selectors {
      let members = try #require(selector?.object)
      #expect(!members.isEmpty && members.allSatisfy { labels[$0.key] == $0.value })
    }
  }

  /// Values that the API server leaves out when it stores an object would be drift for ever.
  @Test(arguments: Matrix.all) func nothingIsRenderedThatTheServerLeavesOut(_ fixture: Fixture) {
    func check(_ value: JSONValue, at path: String) {
      switch value {
      case .null: Issue.record("\(path) is null")
      case .string(let text): #expect(!text.isEmpty, "\(path) is empty")
      case .array(let elements):
        #expect(!elements.isEmpty, "\(path) is empty")
        for element in elements { check(element, at: path + "[]") }
      case .object(let members):
        #expect(!members.isEmpty, "\(path) is empty")
        for (key, member) in members { check(member, at: path + "." + key) }
      default: break
      }
    }
    for child in fixture.children { check(.object(child.manifest.content), at: child.kind) }
  }

  @Test(arguments: Matrix.all) func theSameInputGivesTheSameBytes(_ fixture: Fixture) {
    var shuffled = fixture
    // A dictionary with another history and capacity has another order.
    var labels: [String: String] = [:]
    labels.reserveCapacity(512)
    for (key, value) in fixture.object.spec.metrics.labels.sorted(by: { $0.key > $1.key }) { labels[key] = value }
    shuffled.object.spec.metrics.labels = labels
    var selector: [String: String] = [:]
    selector.reserveCapacity(512)
    for (key, value) in fixture.object.spec.nodeAgent.nodeSelector.sorted(by: { $0.key > $1.key }) {
      selector[key] = value
    }
    shuffled.object.spec.nodeAgent.nodeSelector = selector
    let bytes = { (fixture: Fixture) in
      fixture.children.map { JSONWriter.bytes(.object($0.manifest.content), order: .asGiven) }
    }
    #expect(bytes(fixture) == bytes(fixture))
    #expect(bytes(fixture) == bytes(shuffled))
  }

  @Test(arguments: Matrix.all) func reservedNamesAreSetOnce(_ fixture: Fixture) {
    let names = fixture.agent?["env"]?.array?.compactMap { $0["name"]?.string } ?? []
    #expect(Set(names).count == names.count)
    let own = Set(names).subtracting(fixture.object.spec.nodeAgent.env.compactMap { $0["name"]?.string })
    let defaults = CapabilityTable.rows.flatMap { $0.settingsWhenOn + $0.settingsWhenOff }.filter(\.mayDiffer)
    let open = Set(["METRICS_USERNAME", "METRICS_PASSWORD", "NVIDIA_VISIBLE_DEVICES"] + defaults.map(\.name))
    #expect(own.subtracting(open).isSubset(of: ReservedEnvironment.names))
  }

  @Test("The user name and password of a URL are never rendered", arguments: Matrix.all)
  func noLoginOfAURLIsRendered(_ fixture: Fixture) throws {
    var fixture = fixture
    fixture.facts.metrics.writeURL = try HTTPURL("https://writer:hunter2@vm.example.org/api/v1/write")
    fixture.facts.metrics.readURL = try HTTPURL("https://reader:hunter2@vm.example.org/select")
    #expect(!text(fixture).contains("hunter2"))
  }
}
