// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

@Suite struct YAMLErrorTests {
  @Test(arguments: [
    ("", "line 1, column 1: the text holds no YAML document"),
    ("---\n# x\n", "line 1, column 1: the text holds no YAML document"),
    ("a: 1\n---\nb: 2\n", "line 2, column 1: expected one document, but a second one begins in line 2"),
    ("a: 1\nb: 2\na: 3\n", "line 3, column 1: the key \"a\" appears twice; it stands first in line 1"),
    ("x:\n  - {a: 1, a: 2}", "line 2, column 12: the key \"a\" appears twice; it stands first in line 2"),
    ("a: *x", "line 1, column 4: alias *x refers to no anchor; write &x before a value above it"),
    ("a: &x 1\n---\nb: *x", "line 3, column 4: alias *x refers to no anchor; write &x before a value above it"),
    ("a: &x [*x]", "line 1, column 8: alias *x stands inside the value that it refers to"),
    ("a: &x\n  <<: *x", "line 2, column 7: alias *x stands inside the value that it refers to"),
    ("<<: 1", "line 1, column 5: \"<<\" takes a mapping or a sequence of mappings, found integer"),
    ("<<: [{a: 1}, b]", "line 1, column 14: \"<<\" takes a mapping or a sequence of mappings, found string"),
    ("a:\n\tb: 1", "line 2, column 1: a tab is used for indentation; use spaces"),
    ("a: 1\n\tb: 1", "line 2, column 1: a tab is used for indentation; use spaces"),
    ("a:\n  - b\n  \t- c: 1\n", "line 3, column 3: a tab is used for indentation; use spaces"),
    ("a:\n  b: |\n\t  x\n", "line 3, column 1: a tab is used for indentation; use spaces"),
    (
      "a: b: c",
      "line 1, column 5: a mapping is not allowed here; check the indentation, and quote a value that contains \": \""
    ),
    ("a: @b", "line 1, column 4: '@' cannot begin a value; put the value in quotes"),
    ("a: `b`", "line 1, column 4: '`' cannot begin a value; put the value in quotes"),
    ("a: %b", "line 1, column 4: '%' cannot begin a value; put the value in quotes"),
    (
      "a: 1\n  b: 2",
      "line 2, column 4: a mapping is not allowed here; check the indentation, and quote a value that contains \": \""
    ),
    (
      "a: [1, 2",
      "line 2, column 1: did not find expected ',' or ']' while parsing a flow sequence, which begins in line 1; check the indentation and the quotes"
    ),
    (
      "a:\n  - 1\n b: 2",
      "line 3, column 2: did not find expected key while parsing a block mapping, which begins in line 1; check the indentation and the quotes"
    ),
    ("a: \"b", "line 1, column 6: found unexpected end of stream while scanning a quoted scalar"),
    ("a: \"\\q\"", "line 1, column 5: found unknown escape character while parsing a quoted scalar"),
    (
      "a\nb: 1",
      "line 2, column 2: a mapping is not allowed here; check the indentation, and quote a value that contains \": \""
    ),
    ("a: !x!y 1", "line 1, column 4: found undefined tag handle while parsing a node"),
    ("%YAML 2.0\n--- 1", "line 1, column 1: found incompatible YAML document"),
    ("a: \u{7}b", "line 1, column 4: character U+0007 must not stand in YAML; write it as an escape in double quotes"),
    (
      "é: é\né: \u{0}",
      "line 2, column 4: character U+0000 must not stand in YAML; write it as an escape in double quotes"
    ),
  ])
  func namesPlaceAndWayOut(text: String, description: String) {
    let error = #expect(throws: YAMLError.self) { try YAMLDecoder.document(text) }
    #expect(error?.description == description)
  }

  @Test(arguments: [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]] as [[UInt8]])
  func refusesInvalidUTF8(bytes: [UInt8]) {
    let error = #expect(throws: YAMLError.self) { try YAMLDecoder.document(Array("k: é\na: ".utf8) + bytes) }
    #expect(error?.description == "line 2, column 4: the text is not valid UTF-8")
  }

  @Test(arguments: [[0xff, 0xfe, 0x61, 0x00], [0xfe, 0xff, 0x00, 0x61]] as [[UInt8]])
  func refusesUTF16(bytes: [UInt8]) {
    let error = #expect(throws: YAMLError.self) { try YAMLDecoder.document(bytes) }
    #expect(error?.description == "line 1, column 1: the text is UTF-16; save it as UTF-8")
  }
}
