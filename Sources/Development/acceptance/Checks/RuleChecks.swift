// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Replay

/// The validation rules: every case of `Tests/Conformance/cel-cases.yaml` by each method, as a dry run.
enum RuleChecks {
  static func all(_ settings: Settings) throws -> [Check] {
    let cases = try ValidationCase.all()
    return RuleMethod.allCases.flatMap { method in
      cases.enumerated().compactMap { index, entry -> Check? in
        guard method != .applyByAnother || entry.old != nil else { return nil }
        return Check(method.group, "case \(index + 1), \(entry.rule), by \(method.rawValue)") {
          try await run(entry, method, $0)
        }
      }
    }
  }

  static func run(_ entry: ValidationCase, _ method: RuleMethod, _ stage: Stage) async throws {
    guard let schema = try DisplayChecks.definition(stage)[path: "schema", "openAPIV3Schema"] else {
      throw Refusal("config/crd has no schema")
    }
    let expectation = RuleExpectation(entry, method, schema: schema)
    guard let content = entry.new.object else { throw Refusal("\(entry.rule): not an object") }
    let new = KubernetesObject(content)
    // An object of the checks before would stand in the way.
    if try await stage.admin.find(.observabilities, new.key) != nil { try await stage.removeObjects() }
    if let old = entry.old?.object {
      try await prepare(KubernetesObject(old), method, stage)
    }
    let outcome = await Result.of { try await put(new, method, isUpdate: entry.old != nil, expectation, stage) }
    if entry.old != nil { try await stage.admin.remove(.observabilities, new.key, propagation: .foreground) }
    try outcome.get()
  }

  /// Stores the object that is there before the change.
  private static func prepare(_ old: KubernetesObject, _ method: RuleMethod, _ stage: Stage) async throws {
    switch method {
    case .create:
      _ = try await stage.admin.client.create(
        .observabilities, old, WriteOptions(fieldManager: Names.manager))
    case .apply, .applyByAnother:
      _ = try await stage.admin.client.apply(.observabilities, old, ApplyOptions(fieldManager: Names.manager))
    }
  }

  private static func put(
    _ new: KubernetesObject, _ method: RuleMethod, isUpdate: Bool, _ expectation: RuleExpectation, _ stage: Stage
  ) async throws {
    let verb = method == .create ? (isUpdate ? "PUT" : "POST") : "PATCH"
    let request = Request.send(verb, .observabilities, new.key, query: "dryRun=All", .object(new.content))
    do {
      let answer = try await send(new, method, isUpdate: isUpdate, stage)
      if case .refused = expectation, !stage.capabilities.evaluatesRules {
        throw Skip(reason: "sent and accepted: \(Capabilities.noRules)")
      }
      try expect(expectation == .accepted, expectation.text, observed: "accepted: \(Digest.text(answer))", request)
    } catch let error as KubernetesError {
      try expect(
        error.isInvalid && expectation.isMet(by: "\(error)"), expectation.text, observed: "\(error)", request)
    }
  }

  private static func send(
    _ new: KubernetesObject, _ method: RuleMethod, isUpdate: Bool, _ stage: Stage
  ) async throws -> KubernetesObject {
    let client = stage.admin.client
    switch method {
    case .create where isUpdate:
      return try await replace(new, client)
    case .create:
      return try await client.create(.observabilities, new, WriteOptions(fieldManager: Names.manager, dryRun: true))
    case .apply, .applyByAnother:
      let manager = method == .apply ? Names.manager : Names.rival
      return try await client.apply(
        .observabilities, new, ApplyOptions(fieldManager: manager, force: true, dryRun: true))
    }
  }
}

extension RuleChecks {
  /// Replaces an object, again if the operator has written its status in between.
  private static func replace(_ new: KubernetesObject, _ client: KubernetesClient) async throws -> KubernetesObject {
    var object = new
    var attempts = 0
    while true {
      attempts += 1
      object["metadata"]?["resourceVersion"] =
        try await client.get(.observabilities, new.key).resourceVersion.map(JSONValue.string)
      do throws(KubernetesError) {
        return try await client.replace(
          .observabilities, object, WriteOptions(fieldManager: Names.manager, dryRun: true))
      } catch {
        guard error.isConflict, attempts < 10 else { throw error }
      }
    }
  }
}

extension RuleExpectation {
  /// What must be answered, for a report.
  var text: String {
    switch self {
    case .accepted: "the object to be accepted"
    case .refused(let field, let says): "a refusal of \(field) that says: \(says)"
    case .refusedForNull(let field): "a refusal of the null in \(field)"
    }
  }

  /// Whether a refusal is the one that is expected.
  func isMet(by refusal: String) -> Bool {
    switch self {
    case .accepted: false
    case .refused(let field, let says): refusal.contains(field) && refusal.contains(says)
    case .refusedForNull(let field): refusal.contains(field) && refusal.contains("null")
    }
  }
}
