// SPDX-License-Identifier: Apache-2.0

import Replay
import Testing
import YAML

/// The table of verdicts covers the rules that an API server reads: those in the definition.
@Suite("Every CEL rule of the definition")
struct ValidationRuleTests {
  private static let rules = Result {
    let text = try ConformanceFiles.bytes("../../config/crd/observability.cozystack.io_observabilities.yaml")
    return try ValidationRule.all(in: try YAMLDecoder.document(text))
  }

  @Test("has a case that is refused where and as the rule says, and one that is accepted")
  func everyRuleIsCovered() throws {
    let rules = try Self.rules.get()
    let cases = try ValidationCase.all()
    #expect(rules.count >= 20)
    for rule in rules {
      let refused = cases.filter { !$0.isAccepted && rule.refuses($0) }
      #expect(!refused.isEmpty, "\(rule.field): no case is refused with: \(rule.message)")
      for id in Set(refused.map(\.rule)) {
        #expect(cases.contains { $0.isAccepted && $0.rule == id }, "\(rule.field): no case of \(id) is accepted")
      }
    }
  }

  @Test("is what a refused case is refused by")
  func everyCaseHasItsRule() throws {
    let rules = try Self.rules.get()
    for entry in try ValidationCase.all() where !entry.isAccepted {
      let matching = rules.filter { $0.refuses(entry) }
      #expect(matching.count == (entry.isBeyondCEL ? 0 : 1), "\(entry.rule) \(entry.new): \(matching.map(\.message))")
    }
  }
}
