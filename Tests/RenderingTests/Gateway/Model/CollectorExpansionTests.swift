// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

/// The model of the collector's expansion of text does what its sources say.
@Suite struct CollectorExpansionTests {
  @Test(
    "References are replaced, values are scanned again, and two dollars become one",
    arguments: [
      ("plain", "plain"), ("a$b", "a$b"), ("a$$b", "a$b"), ("$$$$", "$$"), ("$$$", "$$"),
      ("${env:WORD}", "word"), ("<${env:WORD}>${WORD}", "<word>word"), ("${env:NONE}", ""), ("${env:NONE:-x}", "x"),
      ("${env:LOOP}", "word"), ("${env:DOLLARS}", "a$b"), ("$${env:WORD}", "${env:WORD}"),
      ("$$${env:WORD}", "$word"), ("$${X} ${env:WORD}", "${X} ${env:WORD}"), ("$$$${env:WORD}", "$${env:WORD}"),
      ("}${", "}${"),
    ])
  func expands(_ text: String, _ expected: String) throws {
    let environment = ["WORD": "word", "LOOP": "${env:WORD}", "DOLLARS": "a$$b"]
    #expect(try CollectorExpansion.resolve(text, environment: environment) == expected)
  }

  @Test("A reference that is none is refused, and so is one without an end", arguments: ["${env:a-b}", "${ftp:x}"])
  func refuses(_ text: String) {
    #expect(throws: CollectorExpansion.Failure.invalidReference(text)) {
      try CollectorExpansion.resolve(text, environment: [:])
    }
    #expect(throws: CollectorExpansion.Failure.tooManyExpansions) {
      try CollectorExpansion.resolve("${env:A}", environment: ["A": "${env:A}"])
    }
  }

  @Test("Of two documents the later wins member by member, and lists are replaced") func merges() {
    let merged = CollectorExpansion.merge(["a": ["b": 1, "c": [1, 2]], "d": 1], ["a": ["c": [3], "e": 2]])
    #expect(merged == ["a": ["b": 1, "c": [3], "e": 2], "d": 1])
  }
}
