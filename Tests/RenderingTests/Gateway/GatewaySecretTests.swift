// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Testing

@testable import Rendering

/// Secrets reach the collector's components as they were given, and nobody else.
@Suite struct GatewaySecretTests {
  /// What breaks files, YAML or the collector's expansion if it is not written with care.
  static let awkward: [String] = [
    "plain", "$", "$$", "a$b", "$${env:HOME}", "${env:HOME}", "${HOME}", "x${file:/etc/passwd}y", "${", "}${}",
    "$(PATH)",
    "#comment", "a #b", "'single'", "\"double\"", "it's", "back\\slash\\n", "two\nlines", "ends with\n", "\n",
    " spaces ",
    "\ttab", "ключ-🔑-é", "e\u{301}", "$\u{301}${env:HOME}", "\u{85}\u{2028}", "0123", "0x1f", "1e3", "12:30", "true",
    "no",
    "null", "~", "", "-", "- a", "? x", "{1}", "{a: ${env:HOME}}", "[x", "18446744073709551615", "2001-01-01",
    "%40@:/?&",
    "!!binary AA==", "*alias", "&anchor", "|", ">-", "\u{0}\u{7}", String(repeating: "k$\u{e9}\n", count: 204),
  ]

  @Test("A ClickHouse password comes out as it went in", arguments: awkward.indices)
  func passwordSurvives(_ index: Int) throws {
    let secret = Self.awkward[index]
    let fixture = GatewayFixture("password", GatewayMatrix.inClickHouse(.clickHouse, password: secret))
    for signal in ["traces", "logs"] {
      let password = try fixture.resolved()[path: "exporters", "clickhouse/\(signal)", "password"]
      // By bytes: to Swift composed and decomposed letters are the same text.
      #expect(password?.string.map { Array($0.utf8) } == Array(secret.utf8))
    }
    #expect(CollectorModel.problems(try fixture.merged()).isEmpty)
  }

  @Test("A header's value comes out as it went in", arguments: awkward.indices)
  func headerSurvives(_ index: Int) throws {
    let secret = Self.awkward[index]
    guard let header = GatewayHeader(name: "Authorization", value: .test(secret)) else {
      let isControl = secret.utf8.contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }
      let isEdge = secret.hasPrefix(" ") || secret.hasPrefix("\t") || secret.hasSuffix(" ") || secret.hasSuffix("\t")
      #expect(isControl || isEdge, "only control characters, and white space at an end, are refused")
      return
    }
    var inputs = GatewayMatrix.otlp
    inputs.logs?.headers = [header]
    let fixture = GatewayFixture("header", inputs)
    let value = try fixture.resolved()[path: "exporters", "otlp_http/logs", "headers", "Authorization"]
    #expect(value?.string.map { Array($0.utf8) } == Array(secret.utf8))
  }

  @Test("Without doubled dollars a secret would be changed, so the test can fail")
  func theModelChangesWhatIsNotEscaped() throws {
    for secret in Self.awkward where secret.contains("$$") || secret.contains("${env:HOME}") {
      #expect((try? CollectorExpansion.resolve(secret, environment: ["HOME": "/root"])) != secret)
    }
  }

  @Test("Labels and addresses with dollars come out as they went in") func textOfTheObjectSurvives() throws {
    let fixture = try #require(GatewayMatrix.all.first { $0.name == "gateway-otlp-headers" })
    let resolved = try fixture.resolved()
    let attributes = resolved[path: "processors", "resource/object", "attributes"]?.array ?? []
    #expect(
      attributes.map { [$0["key"]?.string ?? "", $0["value"]?.string ?? ""] }
        == [["cluster", "a$1"], ["observability", "platform"], ["zone", "${env:HOME}"]])
    #expect(
      resolved[path: "exporters", "otlp_http/traces", "traces_endpoint"]
        == "https://otlp.example.org/tenant$7/v1/traces")
  }

  @Test("No secret stands anywhere but in the Secret's file of credentials", arguments: GatewayMatrix.all)
  func secretsStandInOnePlace(_ fixture: GatewayFixture) throws {
    var text = try fixture.file("config.yaml")
    for child in fixture.children where child.kind != "Secret" {
      text += JSONWriter.text(.object(child.manifest.content))
    }
    for secret in ["hunter2", "hunter3", "team-"] { #expect(!text.contains(secret)) }
    #expect(!"\(fixture.inputs)".contains("hunter") && !String(reflecting: fixture.inputs).contains("hunter"))
    var dumped = ""
    dump(fixture.inputs, to: &dumped)
    #expect(!dumped.contains("hunter"))
  }

  @Test("A value that is not UTF-8 and a header that no client sends are refused")
  func unusableValuesAreRefused() {
    #expect(SecretText([0xff, 0xfe]) == nil)
    for name in ["", "a b", "a:b", "ä", "a\n"] { #expect(GatewayHeader(name: name, value: .test("x")) == nil) }
    for value in ["a\nb", "a\r", "\u{7f}", " a", "a ", "\ta", "a\t"] {
      #expect(GatewayHeader(name: "a", value: .test(value)) == nil)
    }
    #expect(GatewayHeader(name: "X-Scope-OrgID!", value: .test("é\t b")) != nil)
  }
}
