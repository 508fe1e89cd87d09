// SPDX-License-Identifier: Apache-2.0

import CleanText
import Testing

@Suite struct CleanTextTests {
  @Test(
    "Text of others becomes one line without anything invisible",
    arguments: [
      ("", ""), ("plain", "plain"), ("two words", "two words"), ("größer – 5 µs", "größer – 5 µs"),
      ("\u{1B}[31mred\u{1B}[0m", "[31mred [0m"), ("a\r\nb\tc", "a b c"), ("  a \n\n b  ", "a b"), (" a", "a"),
      ("a ", "a"), ("\u{202E}gnp.exe\u{2066}", "gnp.exe"), ("a\u{200B}b\u{FEFF}c\u{2028}d\u{85}e", "a b c d e"),
      ("\u{0}\u{7F}", ""), ("<script>alert(1)</script>", "<script>alert(1)</script>"),
      (String(decoding: [0x61, 0xFF, 0xFE, 0x62], as: UTF8.self), "a\u{FFFD}\u{FFFD}b"),
      ("\u{E0041}tag\u{AD}", "tag"),
    ])
  func becomesOneLine(_ text: String, _ expected: String) {
    #expect(text.cleaned(bytes: 100) == expected)
    #expect(expected.cleaned(bytes: 100) == expected, "cleaning twice changes nothing")
  }

  @Test(
    "A long text is cut at a character, within the bytes allowed",
    arguments: [
      ("abcdef", 6, "abcdef"), ("abcdef", 5, "ab…"), ("ab\ncd", 5, "ab cd"), ("äöüß", 7, "äö…"), ("🙂🙂🙂", 9, "🙂…"),
      ("abcdef", 3, "…"),
    ])
  func isCut(_ text: String, _ limit: Int, _ expected: String) {
    #expect(text.cleaned(bytes: limit) == expected)
  }

  @Test(
    "A megabyte of anything stays within the bound",
    arguments: ["x", "\n", "\u{1B}", "\u{202E}", "\u{301}", "🙂", "\u{FFFD}"])
  func aMegabyteIsBounded(_ piece: String) {
    let text = String(repeating: piece, count: 1 << 20)
    #expect(text.cleaned(bytes: 1024).utf8.count <= 1024)
  }

  @Test(
    "A long text is cut at a character, and an ellipsis marks the cut",
    arguments: [("abc", 3, "abc"), ("abcdefgh", 6, "abc…"), ("ääää", 7, "ää…"), ("äääää", 8, "ää…")])
  func isCutAtItsEnd(_ text: String, _ limit: Int, _ expected: String) {
    #expect(text.bounded(bytes: limit) == expected)
  }

  @Test(
    "The end of a long text is kept, and an ellipsis marks the cut",
    arguments: [("abc", 3, "abc"), ("abcdefgh", 6, "…fgh"), ("ääää", 7, "…ää"), ("äääää", 8, "…ää")])
  func isCutAtItsStart(_ text: String, _ limit: Int, _ expected: String) {
    #expect(text.boundedAtStart(bytes: limit) == expected)
  }
}
