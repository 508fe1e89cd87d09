// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPTransport

@Suite struct AddressCheckTests {
  @Test(
    "A URL that a request can be sent to passes",
    arguments: [
      "http://a", "https://a", "HTTPS://A:6443/", "https://a:65535/b/c", "https://u:p@a", "http://127.0.0.1:1",
      "http://[::1]:8080/x",
      "https://a:/b",
    ])
  func whatCanBeSentPasses(_ url: String) {
    #expect(AddressCheck.mistake(inURL: url) == nil)
  }

  @Test(
    "A URL that libcurl would refuse, or send to another host, is refused when it is read",
    arguments: [
      "", "http", "http:", "http:/", "http://", "http:///", "http:///a", "http://?a", "http://#a", "http:a", "ftp://a",
      "http://a:0", "http://a:65536", "http://a:99999999", "http://a:99999999999999999999", "http://a:-1", "http://a:b",
      "http://a b", "http://a/\r\nX: y", "http://a/\0", "http://a/\u{1b}", "http://a/\u{e4}", "http://[::1",
      "http://u@", "http://@",
      "http://:80", "http://a:b:c/", "http://" + String(repeating: "a", count: 1 << 20) + ":x",
    ])
  func whatCannotBeSentIsRefused(_ url: String) throws {
    let mistake = try #require(AddressCheck.mistake(inURL: url))
    #expect(!mistake.isEmpty && mistake.utf8.count < 200)
  }

  @Test("Only a host name can be a TLS server name")
  func serverNames() {
    #expect(["a", "a.b.c", "10.0.0.1"].allSatisfy(AddressCheck.isHostName))
    #expect(!["", "a b", "a/b", "a\r\nb", "a@b", "a:1", "\0", "\u{e4}"].contains(where: AddressCheck.isHostName))
  }

  @Test("Any number or text in a head, an exception from the proxy or a duration is read or refused")
  func anythingElseIsReadOrRefused() {
    let texts = [
      "", "-1", "99999999999999999999", "a\0b", "\u{1b}", "[", "]", ":", "/", "10.0.0.0/99", "*", "[::1]:x", "%",
    ]
    for text in texts {
      let exceptions = ProxyExceptions([text, "\(text):\(text)", "10.0.0.0/\(text)"], loopback: true)
      _ = exceptions.contain(host: text, port: text)
      var parser = HeadParser()
      for line in ["HTTP/1.1 \(text) OK", "\(text): \(text)", ""] {
        _ = try? Array((line + "\r\n").utf8).withUnsafeBufferPointer { try parser.take($0) }
      }
    }
    for seconds in [Int64.min, -1, 0, 2_147_483_648, .max] { #expect(!Duration.seconds(seconds).short.isEmpty) }
  }
}
