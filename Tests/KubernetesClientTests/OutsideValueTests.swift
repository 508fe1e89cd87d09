// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore
import Testing

@testable import KubernetesClient

/// Numbers and texts at the edges of what may come from outside, for every reader of this module.
enum Extremes {
  /// As they stand in JSON.
  static let numbers = [
    "0", "-1", "2147483647", "2147483648", "-2147483649", "9007199254740993", "9223372036854775807",
    "-9223372036854775808", "9223372036854775808", "1e308", "-1e308", "1e-308", "0.1",
  ]

  static let texts = [
    "", " ", "\0", "\u{1b}[31m", "a\r\nb", "\u{202e}abc", "\u{2028}", "\u{fffd}", "\u{10ffff}", "e\u{301}", "-", "%",
    "\\",
    "\"", "{", "[", "/", "//", "..", "@", ":", "0x1", "true", "null", String(repeating: "9", count: 400),
    String(repeating: "a", count: 1 << 20), String(repeating: "\u{1b}", count: 1 << 20),
  ]

  /// Not UTF-8: a lone continuation, an overlong slash, a surrogate, a cut sequence.
  static let bytes: [[UInt8]] = [
    [0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xff, 0xfe, 0x00], [0xf5],
  ]

  /// Each of them as a JSON value.
  static var values: [JSONValue] {
    let numbers = numbers.compactMap { try? JSONParser.parse($0) }
    return numbers + texts.map(JSONValue.string) + [.null, true, [], [:], [nil, 1, ""], ["a": nil]]
  }
}

@Suite struct OutsideValueTests {
  /// What an error may look like, wherever its text comes from.
  private func expectPresentable(_ error: any Error, _ reader: String) {
    let text = "\(error)"
    #expect(text.utf8.count <= 64 << 10, "\(reader): \(text.utf8.count) bytes")
    #expect(
      !text.unicodeScalars.contains {
        [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      }, "\(reader): \(text.debugDescription.prefix(200))")
  }

  private func bytes(_ value: JSONValue) -> [UInt8] { JSONWriter.bytes(value) }

  @Test("Any value anywhere in an answer of the server is read or refused in bounded, printable words")
  func answersAreReadOrRefused() {
    let query = ListQuery()
    for value in Extremes.values {
      let status: JSONValue = [
        "kind": "Status", "code": value, "reason": value, "message": value,
        "details": [
          "retryAfterSeconds": value, "causes": [["field": value, "reason": value, "message": value], value],
        ],
      ]
      let error = KubernetesError.status(Answer.status(code: 500, bytes(status), retryAfter: nil))
      expectPresentable(error, "status")
      #expect(error.code.map((400...599).contains) == true)
      if case .status(let status) = error { #expect(status.retryAfter.map { $0 >= .zero } ?? true) }
      #expect(error.retryAfter(atMost: .seconds(300)).map { $0 <= .seconds(300) } ?? true)
      for list: JSONValue in [
        ["metadata": ["resourceVersion": value, "continue": value], "items": value],
        ["metadata": ["resourceVersion": "1"], "items": [value, ["metadata": value]]], value,
      ] {
        do throws(KubernetesError) {
          _ = try Answer.list(bytes(list), .configMaps, query)
        } catch {
          expectPresentable(error, "list")
        }
      }
      let object = KubernetesObject([
        "apiVersion": value, "kind": value, "data": ["a": value],
        "metadata": [
          "name": value, "namespace": value, "generation": value, "labels": ["a": value], "annotations": value,
          "ownerReferences": [value, ["uid": value]], "deletionTimestamp": value, "creationTimestamp": value,
        ],
      ])
      _ = (object.key, object.generation, object.labels, object.annotations, object.ownerReferences)
      _ = (object.secretData("a"), object.isBeingDeleted, object.apiVersion, object.content.footprint)
    }
  }

  @Test("A megabyte of combining marks, one character, is bounded in a status and in a warning")
  func oneLongCharacterIsBounded() {
    let text = "e" + String(repeating: "\u{301}", count: 1 << 19)
    let status = Answer.status(code: 500, bytes(["kind": "Status", "message": .string(text)]), retryAfter: nil)
    #expect(status.message.utf8.count <= 8192)
    #expect(Answer.warning("299 - \"\(text)\"").map { $0.utf8.count <= 1024 } == true)
  }

  @Test("Any value in a frame of a watch is read or refused in bounded, printable words")
  func framesAreReadOrRefused() {
    for value in Extremes.values {
      for frame: JSONValue in [
        ["type": value, "object": ["metadata": value]], ["type": "ADDED", "object": value],
        ["type": "BOOKMARK", "object": ["metadata": ["resourceVersion": value, "annotations": value]]],
        ["type": "ERROR", "object": ["code": value, "message": value, "reason": value]], value,
      ] {
        var decoder = WatchDecoder(.configMaps)
        for case .failure(let error) in decoder.push(bytes(frame) + [0x0a]) { expectPresentable(error, "frame") }
      }
    }
    for junk in Extremes.bytes {
      var decoder = WatchDecoder(.configMaps)
      for case .failure(let error) in decoder.push(junk + [0x0a]) { expectPresentable(error, "frame") }
      expectPresentable(KubernetesError.status(Answer.status(code: 500, junk, retryAfter: nil)), "status")
    }
  }

  @Test("Any value in any field of a kubeconfig is read or refused in one bounded, printable line")
  func kubeconfigsAreReadOrRefused() {
    let fields = [
      "server", "tls-server-name", "proxy-url", "certificate-authority", "certificate-authority-data", "token",
      "tokenFile",
      "username", "password", "as", "as-uid", "as-groups", "as-user-extra", "exec", "client-certificate-data",
      "client-key",
      "namespace", "user", "cluster", "name", "current-context", "auth-provider", "disable-compression",
    ]
    for field in fields {
      for value in Extremes.values where value.string?.utf8.count ?? 0 <= 1 << 20 {
        var cluster: JSONObject = ["server": "https://a"]
        var user: JSONObject = [:]
        var context: JSONObject = ["cluster": "x", "user": "x"]
        var root: JSONObject = ["current-context": "x"]
        switch field {
        case "server", "tls-server-name", "proxy-url", "certificate-authority", "certificate-authority-data",
          "disable-compression":
          cluster[field] = value
        case "namespace", "user", "cluster": context[field] = value
        case "current-context": root[field] = value
        default: user[field] = value
        }
        root["clusters"] = [["name": "x", "cluster": .object(cluster)]]
        root["users"] = [["name": field == "name" ? value : "x", "user": .object(user)]]
        root["contexts"] = [["name": "x", "context": .object(context)]]
        do throws(ConfigurationError) {
          let config = try Kubeconfig.parse(bytes(.object(root)), file: "/f")
          let configuration = try config.configuration(context: nil, Files.reader([:]))
          #expect(AddressCheck.mistake(inURL: configuration.server + "/api") == nil, "\(field)")
        } catch {
          expectPresentable(error, field)
        }
      }
    }
    for junk in Extremes.bytes + Extremes.texts.map({ Array($0.utf8) }) {
      do throws(ConfigurationError) {
        _ = try Kubeconfig.parse(junk, file: "/\u{1b}/f")
      } catch {
        expectPresentable(error, "file")
      }
    }
  }

  @Test("Any text as a wait, a date, a token, a warning, a label or base64 is read or refused")
  func textsAreReadOrRefused() {
    let now = Timestamp(secondsSinceEpoch: 0)
    let texts = Extremes.texts + Extremes.numbers + Extremes.bytes.map { String(decoding: $0, as: UTF8.self) }
    for text in texts + ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"] {
      let wait = RetryAfter.wait(text, date: text, now: now) ?? RetryAfter.wait(text, date: nil, now: now) ?? .zero
      #expect(wait >= .zero && wait <= .seconds(RetryAfter.longest), "\(text.prefix(40))")
      _ = Timestamp(rfc3339: text)?.rfc3339Micro
      _ = Base64.decode(text)
      #expect(Answer.warning("299 - \"\(text)\"").map { $0.count <= 1025 } ?? true)
      do throws(LabelSelector.Invalid) {
        _ = try LabelSelector([.equals("a", text), .exists(text)])
      } catch {
        #expect(error.description.utf8.count < 8192, "\(text.prefix(40))")
      }
      do throws(FileProblem) {
        #expect(Header.isToken(try RenewedFile.token(Array(text.utf8))))
      } catch {
        #expect(!error.cause.isEmpty)
      }
    }
    for seconds in [Int64.min, -62_135_596_801, -1, 0, 253_402_300_800, .max] {
      for nanoseconds in [Int32.min, -1, 0, 999_999_999, .max] {
        let time = Timestamp(secondsSinceEpoch: seconds, nanoseconds: nanoseconds)
        #expect((0..<1_000_000_000).contains(time.nanoseconds))
        #expect(!time.rfc3339Micro.isEmpty)
      }
    }
  }

  @Test("Any value in what a credential plugin writes is read or refused, never quoted")
  func pluginsAreReadOrRefused() {
    for value in Extremes.values {
      for field in ["token", "clientCertificateData", "clientKeyData", "expirationTimestamp"] {
        var status: JSONObject = ["token": "t"]
        status[field] = value
        let output: JSONValue = [
          "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": .object(status),
        ]
        do throws(PluginCredential.Mistake) {
          _ = try PluginCredential(bytes(output), .v1)
        } catch {
          #expect(error.cause.utf8.count < 400, "\(field)")
        }
      }
    }
    for junk in Extremes.bytes { #expect(throws: PluginCredential.Mistake.self) { try PluginCredential(junk, .v1) } }
  }
}
