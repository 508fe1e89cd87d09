// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import YAML

/// What checks work with.
struct Stage: Sendable {
  let settings: Settings
  let admin: Admin
  let ledger: Ledger
  let operators: any OperatorFleet
  let capabilities: Capabilities
  let surroundings: Surroundings
  /// What bore traces of the product before anything was done.
  let tracesBefore: Set<String>

  var patience: Duration { settings.patience }

  /// The object of a sample.
  func sample(_ name: String) throws -> KubernetesObject {
    let path = "\(settings.root)/config/samples/\(name)"
    guard let content = try YAMLDecoder.document(try TextFile.read(path)).object else {
      throw Refusal("\(path): not an object")
    }
    return KubernetesObject(content)
  }

  /// Applies an object of the product as a user does. It is gone after the run, as all of them are.
  ///
  /// Dashboards and alerts are off unless it asks for them: few clusters that the acceptance runs on have a Grafana, and
  /// Ready would wait for it.
  @discardableResult
  func apply(_ object: KubernetesObject) async throws -> KubernetesObject {
    var object = object
    for part in ["dashboards", "alerts"] where object["spec"]?[part] == nil {
      object["spec"]?[part] = ["enabled": false]
    }
    do throws(KubernetesError) {
      return try await admin.client.apply(
        .observabilities, object, ApplyOptions(fieldManager: Names.manager, force: true))
    } catch {
      throw Failure(
        expected: "the object to be accepted", observed: "\(error)",
        request: Request.send(
          "PATCH", .observabilities, object.key, query: "fieldManager=\(Names.manager)&force=true",
          .object(object.content)))
    }
  }

  /// Waits until a condition has a status for the present generation, with a reason if one is given.
  @discardableResult
  func wait(
    for condition: String, _ status: String, reason: String? = nil, of key: ObjectKey = Names.object,
    within limit: Duration? = nil
  ) async throws -> KubernetesObject {
    let expected = "\(condition)=\(status)\(reason.map { " with reason \($0)" } ?? "") of Observability \(key)"
    return try await admin.wait(for: expected, .observabilities, key, within: limit) { object in
      guard let found = Conditions.find(condition, object) else { return false }
      return found["status"]?.string == status && found["observedGeneration"]?.integer == object.generation
        && (reason == nil || found["reason"]?.string == reason)
    }
  }

  /// Applies the smallest sample and waits until it is Ready, with every child there.
  @discardableResult
  func makeReady() async throws -> KubernetesObject {
    try await apply(try sample("agents-only.yaml"))
    return try await wait(for: "Ready", "True")
  }

  /// Deletes every object of the product and waits until they and their children are gone.
  func removeObjects() async throws {
    for object in try await admin.all(.observabilities) {
      try await admin.remove(.observabilities, object.key, propagation: .foreground)
    }
    for type in ResourceType.children {
      for child in try await admin.all(type, labelled: Names.objectLabel) {
        try await admin.waitForAbsence(type, child.key, uid: child.uid)
      }
    }
  }

  /// The children that every object has, as they are now.
  func children(of name: String = Names.object.name) async throws -> [KubernetesObject] {
    var children: [KubernetesObject] = []
    for type in ResourceType.children {
      children += try await admin.all(type, labelled: "\(Names.objectLabel)=\(name)")
    }
    return children
  }
}

/// The conditions of an object. Pure.
enum Conditions {
  static func find(_ type: String, _ object: KubernetesObject) -> JSONValue? {
    object[path: "status", "conditions"]?.array?.first { $0["type"]?.string == type }
  }
}
