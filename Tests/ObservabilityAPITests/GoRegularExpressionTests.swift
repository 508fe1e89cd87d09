// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ObservabilityAPI

/// Verdicts are those of Go's `regexp.Compile`, by the grammar and the tests of `regexp/syntax`.
@Suite("Regular expressions of Go")
struct GoRegularExpressionTests {
  @Test(
    "What Go compiles is accepted",
    arguments: [
      "", "a", "/k8s/.*", "^/k8s/(a|b)/.+$", "|", "a||b", "()", "(|a)*", "a*?", "a+?", "a??", "a{2}", "a{2,}",
      "a{2,3}?",
      "a{,2}", "a{", "a{2", "a{2,1", "{", "}", "a{01}", "x{1000}", "(?:a{10}){100}", "a{0}", "]", "^*", "$+", "\\b?",
      "(?i)a", "(?i:a)", "(?i-s:a)", "(?-i)a", "(?)a", "(?P<n>a)", "(?<n>a)", "a(?i)b", "[a]", "[]a]", "[^]a]", "[a-z]",
      "[a-]", "[-a]", "[^^]", "[[:alpha:]]", "[[:^alpha:]x]", "[[:x]", "[\\]]", "[\\d-z]", "[\\pL]", "[a\\-z]", "\\pN",
      "\\p{Greek}", "\\P{^Lu}", "\\d\\s\\w\\D\\S\\W", "\\A\\z\\b\\B", "\\Qa(\\E?", "\\Q(", "\\.\\_\\/\\-", "\\x41",
      "\\x{10FFFF}",
      "\\0", "\\012", "\\12", "\\a\\f\\n\\r\\t\\v", "ü*", ".", "(a)(b)", "((((a))))",
      "[[]", "(?s).*", "(?U)a+",
    ])
  func compiles(text: String) {
    #expect(GoRegularExpression.compiles(text), "\(text)")
  }

  @Test(
    "What Go does not compile is refused",
    arguments: [
      "(", ")", "a)", "(a", "*", "+a", "?", "a|*", "(*)", "(|*)", "a**", "a*+", "a+*", "a*??", "a{2}{3}", "a{2}*",
      "{2}",
      "a{1001}", "a{2,1}", "a{2,1001}", "(a{2}){501}", "((a{11}){10}){10}", "a{99999999999999999999}", "(?i)*", "(?i",
      "(?i)(", "(?x)a", "(?-)a", "(?i-)a", "(?i--s)a", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "(?#a)", "(?P=n)",
      "(?P>n)", "(?P<n", "(?P<>a)", "(?P<a b>c)", "(?P<n>a)(?P<n>b)", "(?<n>a)(?P<n>b)", "[", "[a", "[]", "[]a", "[^]",
      "[z-a]", "[[:no:]]", "[a-\\d]", "[\\", "[\\8]", "\\", "a\\", "\\1", "\\7a", "\\8", "\\9", "\\c", "\\C", "\\E",
      "\\G", "\\K",
      "\\Z", "\\R", "\\u0041", "\\ü", "\\x", "\\x4", "\\x{}", "\\x{110000}", "\\x{41", "\\p", "\\pX", "\\p{}",
      "\\p{Xx}",
      "\\p{greek}", "\\p{Greek", String(repeating: "(", count: 300) + String(repeating: ")", count: 300),
    ])
  func doesNotCompile(text: String) {
    #expect(!GoRegularExpression.compiles(text), "\(text)")
  }
}
