// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

@Suite struct LocatedDocumentTests {
  private static let text = """
    # A comment.
    a: 1
    é: {b: [x, "y"]}
    list:
      - k: v
        l:
          deep
      -
        - 1
    base: &base
      own: 1
      other: 2
    merged:
      <<: *base
      other: 3
    alias: *base
    """

  @Test(
    arguments: [
      ([], 2, 1), ([.key("a")], 2, 1), ([.key("é")], 3, 1), ([.key("é"), .key("b")], 3, 5),
      ([.key("é"), .key("b"), .index(1)], 3, 12), ([.key("list"), .index(0)], 5, 5),
      ([.key("list"), .index(0), .key("l")], 6, 5), ([.key("list"), .index(1), .index(0)], 9, 7),
      ([.key("merged"), .key("own")], 11, 3), ([.key("merged"), .key("other")], 15, 3), ([.key("alias")], 16, 1),
      ([.key("alias"), .key("other")], 12, 3),
    ] as [([PathElement], Int, Int)])
  func knowsWhereAPartStands(path: [PathElement], line: Int, column: Int) throws {
    let document = try YAMLDecoder.located(Self.text)
    #expect(document.mark(of: path) == Mark(line: line, column: column))
  }

  @Test(
    arguments: [
      [.key("x")], [.index(0)], [.key("a"), .key("b")], [.key("list"), .index(2)], [.key("list"), .index(-1)],
      [.key("list"), .key("0")],
    ] as [[PathElement]])
  func hasNoMarkForWhatIsNotThere(path: [PathElement]) throws {
    #expect(try YAMLDecoder.located(Self.text).mark(of: path) == nil)
  }

  @Test func carriesTheSameValue() throws {
    #expect(try YAMLDecoder.located(Self.text).value == YAMLDecoder.document(Self.text))
  }

  @Test func countsLinesThroughAllDocuments() throws {
    let documents = try YAMLDecoder.locatedDocuments(Array("a: 1\n---\n\nb: 2\n".utf8))
    #expect(documents.map { $0.mark(of: []) } == [Mark(line: 1, column: 1), Mark(line: 4, column: 1)])
  }
}
