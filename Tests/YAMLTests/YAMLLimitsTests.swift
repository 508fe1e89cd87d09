// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

@Suite struct YAMLLimitsTests {
  private let limits = YAMLLimits(bytes: 200, depth: 3, documents: 2, aliasExpansions: 6)

  private func refusal(_ text: String, _ limits: YAMLLimits) -> String? {
    #expect(throws: YAMLError.self) { try YAMLDecoder.documents(text, limits: limits) }?.description
  }

  @Test func boundsTheSize() throws {
    let text = "- 1\n# " + String(repeating: "x", count: 194)
    #expect(try YAMLDecoder.documents(text, limits: limits) == [[1]])
    #expect(refusal(text + "x", limits) == "line 1, column 1: the text has 201 bytes, more than the 200 accepted")
  }

  @Test func boundsTheDepth() throws {
    #expect(try YAMLDecoder.document("a: [{}]", limits: limits) == ["a": [[:]]])
    #expect(refusal("a:\n- b: []", limits) == "line 2, column 6: nested deeper than 3 levels")
  }

  @Test func boundsTheDepthBehindAliases() throws {
    #expect(try YAMLDecoder.document("- &a [[]]\n- *a", limits: limits) == [[[]], [[]]])
    #expect(refusal("- &a [[]]\n- [*a]", limits) == "line 2, column 4: nested deeper than 3 levels")
  }

  @Test func boundsTheDocuments() throws {
    #expect(try YAMLDecoder.documents("--- 1\n--- 2", limits: limits) == [1, 2])
    #expect(refusal("--- 1\n--- 2\n--- 3", limits) == "line 3, column 1: more than 2 documents in one text")
  }

  @Test func boundsTheAliases() throws {
    #expect(try YAMLDecoder.document("- &a [1, 2]\n- *a\n- *a", limits: limits) == [[1, 2], [1, 2], [1, 2]])
    #expect(
      refusal("- &a [1, 2]\n- *a\n- *a\n- *a", limits)
        == "line 4, column 3: with *a, aliases stand for more than 6 values")
  }

  @Test func refusesBillionLaughs() {
    var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for level in 1...60 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    #expect(refusal(text, .manifest) == "line 4, column 45: with *a2, aliases stand for more than 10000 values")
  }

  @Test func refusesQuadraticMerges() {
    var text = "m: &m {" + (0..<100).map { "k\($0): 1" }.joined(separator: ", ") + "}\nl:\n"
    text += String(repeating: "- <<: *m\n", count: 200)
    #expect(refusal(text, .manifest) == "line 102, column 7: with *m, aliases stand for more than 10000 values")
  }

  @Test func deepNestingDoesNotExhaustTheStack() {
    let text = String(repeating: "[", count: 100_000)
    #expect(refusal(text, .manifest) == "line 1, column 65: nested deeper than 64 levels")
  }
}
