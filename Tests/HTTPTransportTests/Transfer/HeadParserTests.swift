// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPTransport

@Suite struct HeadParserTests {
  private func parse(_ lines: [String]) throws -> Transfer.Head? {
    var parser = HeadParser()
    var head: Transfer.Head?
    for line in lines { head = try Array((line + "\r\n").utf8).withUnsafeBufferPointer { try parser.take($0) } ?? head }
    return head
  }

  @Test func passesOverInterimResponses() throws {
    let head = try parse([
      "HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 200 OK", "A: 1", "b:  two words ", "Empty:", "",
    ])
    #expect(head?.status == 200)
    #expect(head?.headers == [HTTPField("A", "1"), HTTPField("b", "two words"), HTTPField("Empty", "")])
  }

  @Test func boundsNumberAndSize() {
    #expect(throws: HeadParser.Refusal.self) {
      try parse(["HTTP/1.1 200 OK"] + (0...HeadParser.fieldLimit).map { "x-\($0): y" })
    }
    #expect(throws: HeadParser.Refusal.self) {
      try parse(["HTTP/1.1 200 OK", "x: " + String(repeating: "y", count: HeadParser.byteLimit)])
    }
  }
}
