// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing

/// The Swift side of every rule gives the verdicts of the table that the CEL side is held to.
@Suite struct ConformanceTests {

  /// Every rule of the schema by its id; one rule may stand at several nodes.
  static let rules: [String: Set<String>] = {
    var rules: [String: Set<String>] = [:]
    func collect(_ schema: Schema) {
      for rule in schema.rules { rules[rule.id, default: []].insert(rule.message) }
      switch schema.shape {
      case .object(let properties): properties.forEach { collect($0.schema) }
      case .map(let values): collect(values)
      case .list(let items, _): collect(items)
      default: break
      }
    }
    collect(ObservabilitySchema.root)
    return rules
  }()

  static func cases() throws -> [JSONValue] {
    try #require(try Repository.yaml("Tests/Conformance/cel-cases.yaml").array)
  }

  private func failures(of entry: JSONValue) throws -> [FieldError] {
    let new = object(try #require(entry["spec"]), name: entry["name"]?.string ?? "platform")
    do throws(InvalidObservability) {
      _ = try ObservabilityDecoder.decode(new)
      if let old = entry["old"] { try ObservabilityDecoder.validateUpdate(old: object(old), new: new) }
      return []
    } catch {
      return error.failures
    }
  }

  @Test func everyCaseGetsItsVerdict() throws {
    for entry in try Self.cases() {
      let id = try #require(entry["rule"]?.string)
      let messages = try #require(Self.rules[id], "no rule \(id)")
      let failures = try failures(of: entry)
      if entry["accepted"] == true {
        #expect(failures.isEmpty, "\(id): \(JSONWriter.text(entry))")
        continue
      }
      // Nothing but the rule itself refuses the object.
      #expect(failures.count == 1, "\(id): \(failures)")
      let failure = try #require(failures.first, "\(id): \(JSONWriter.text(entry))")
      #expect(messages.contains(failure.message))
      #expect(failure.field == entry["field"]?.string, "\(id)")
      #expect(failure.message.contains(try #require(entry["says"]?.string)), "\(id): \(failure.message)")
    }
  }

  @Test func everyRuleHasACaseEitherWay() throws {
    let cases = try Self.cases()
    for id in Self.rules.keys {
      for verdict in [true, false] {
        #expect(
          cases.contains { $0["rule"]?.string == id && $0["accepted"]?.bool == verdict },
          "\(id) has no case that is \(verdict ? "accepted" : "refused")")
      }
    }
  }

  /// The API server reads a null that the schema lets stand as absent.
  @Test("Every rule that asks whether a member is there has a case in which it is null")
  func nullsAreCovered() throws {
    let cases = try Self.cases()
    func collect(_ schema: Schema) {
      for rule in schema.rules where rule.expression.map({ $0.contains("has(") || $0.contains("null_type") }) == true {
        #expect(
          cases.contains { $0["rule"]?.string == rule.id && $0["spec"]?.holdsNull == true },
          "\(rule.id) has no case with null")
      }
      switch schema.shape {
      case .object(let properties): properties.forEach { collect($0.schema) }
      case .map(let values): collect(values)
      case .list(let items, _): collect(items)
      default: break
      }
    }
    collect(ObservabilitySchema.root)
  }

  @Test(arguments: [
    "agents-only", "agents-only-scrape", "agents-only-external", "agents-only-tuned", "signals-clickhouse",
  ])
  func samplesAreAccepted(name: String) throws {
    let sample = try ObservabilityDecoder.decode(try Repository.yaml("config/samples/\(name).yaml"))
    #expect(sample.spec.mode == .agentsOnly)
  }

  @Test(arguments: ["full", "full-external", "full-ha"])
  func samplesOfModeFullAreAccepted(name: String) throws {
    let sample = try ObservabilityDecoder.decode(try Repository.yaml("config/samples/\(name).yaml"))
    #expect(sample.spec.mode == .full && sample.spec.clickHouse != nil)
  }
}

extension JSONValue {
  fileprivate var holdsNull: Bool {
    switch self {
    case .null: true
    case .object(let members): members.contains { $0.value.holdsNull }
    case .array(let items): items.contains(where: \.holdsNull)
    default: false
    }
  }
}
