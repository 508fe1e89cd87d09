// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import ObservabilityAPI

@Suite struct FormatTests {
  static let formats: [(TextFormat, good: [String], bad: [String])] = [
    (.dnsLabel, ["a", "tenant-root", "1a"], ["", "-a", "a-", "A", "a.b", String(repeating: "a", count: 64)]),
    (.dnsName, ["vm.example.org", "a"], ["", "a..b", ".a", "a_b"]),
    (.dnsNameOrEmpty, ["", "a.b"], ["a b"]),
    (.secretKey, ["ca.crt", "a_B-1"], ["", "a/b"]),
    (.duration, ["15s", "1h30m", "0s", "1.5m", "250ms"], ["", "15", "-5s", "5 s", "1d", "15s\n"]),
    (.days, ["7d", "365d"], ["0d", "7", "7h", "100000d"]),
    (
      .size, ["500Mi", "1.5G", "20000000", "1717986918400m", "1Ei", "2e9"],
      ["", "Mi", "-1", "1 Gi", "100E", "9223372036854775808"]
    ),
    (
      .quantity,
      [
        "100m", "1Gi", "2", "0.5", "1e3", "1717986918400m", "9223372036854775807", "100n", "1E-3", "+1", ".5", "5.",
      ], ["", "1mi", "abc", ".", "1e", "1e999", "-1", "1.2.3"]
    ),
    (.percentage, ["10%", "100%", "0%"], ["101%", "10", "%", "1.5%"]),
    (.fraction, ["0", "1", "0.25", "1.0"], ["1.1", "2", ".5", "-0.1", ""]),
    (
      .url,
      ["http://vm", "https://vm:8480/insert/0/prometheus/api/v1/write?extra_label=a%3Db", "http://[::1]:80/"],
      ["vm:8480", "ftp://vm", "http://", "http://u:p@vm/", "http://vm/a b", "http://vm/#x", "http://vm\n"]
    ),
    (.cidr, ["10.0.0.0/8", "fd00::/8"], ["10.0.0.0", "10.0.0.0/33"]),
    (.registry, ["", "registry.example.org:5000/mirror", "localhost"], ["http://r", "r/", "-r", "r:99999", "r:0"]),
    (.repository, ["", "ghcr.io/coroot/coroot-node-agent"], ["a b", "ghcr.io//x", "r:65536/x"]),
    (
      .host, ["clickhouse", "ch.example.org", "10.0.0.1", "[fd00::1]"],
      ["", "fd00::1", "a:b", "a:9000", "[fd00::1::2]", "10.1", "a..b"]
    ),
    (
      .labelName, ["pool", "example.org/Pool_1.x", "a"],
      [
        "", "/a", "a/", "a/b/c", "-a", "A.org/b", String(repeating: "a", count: 64),
        String(repeating: "a.", count: 127) + "a/b",
      ]
    ),
    (.resourceName, ["cpu", "nvidia.com/gpu", "hugepages-2Mi"], ["", "a b", "nvidia.com/"]),
    (.tag, ["", "1.35.6", "v1_2-3"], [":1", "-a", "a b"]),
    (.digest, ["", "sha256:" + String(repeating: "0", count: 64)], ["sha256:0", "md5:0"]),
    (.environmentName, ["A", "_a1", "http_proxy"], ["", "1A", "A-B", "A=B"]),
    (.labelValue, ["", "a", "A.b_c-1"], ["-a", "a-", "a b"]),
    (.expression, ["/k8s/.*", "a b"], ["", "a\nb", "a\r\nb"]),
    (.relativePath, ["a.json", "profiles/a.json"], ["", "/a", "../a", "a/../b", "a//b", ".hidden"]),
  ]

  @Test func formatsAcceptWhatTheySayAndNothingElse() {
    for (format, good, bad) in Self.formats {
      for text in good { #expect(format.matches(text), "\(format.expectation): \(text)") }
      for text in bad { #expect(!format.matches(text), "\(format.expectation): \(text)") }
    }
  }

  @Test func aPatternThatIsNoneFitsNothing() {
    #expect(!Pattern.matches("a", "("))
  }

  @Test(
    arguments: [
      ("nodeAgnet", "nodeAgent"), ("NODEAGENT", "nodeAgent"), ("logss", "logs"), ("x", nil), ("", nil),
      (String(repeating: "logs", count: 20), nil),
    ] as [(String, String?)])
  func theNearestNameIsFound(name: String, expected: String?) {
    #expect(EditDistance.nearest(to: name, among: ["nodeAgent", "logs", "metrics"]) == expected)
  }

  @Test func faultsHavePlaces() {
    let fault = FieldError(
      path: [.field("spec"), .field("env"), .index(2), .field("name"), .key("a/b")], message: "no")
    #expect(fault.description == "spec.env[2].name[a/b]: no")
    #expect(FieldError(path: [], message: "no").description == "no")
  }

  /// A reader never makes up what is not there.
  @Test func aMissingMemberIsAFault() {
    let reader = FieldReader(["a": 1], path: [.field("spec")])
    #expect(
      throws: FieldError(path: [.field("spec"), .field("a")], message: "has no value that this release can read")
    ) {
      try reader.string("a")
    }
    #expect(throws: FieldError.self) { try reader.members("b") }
    #expect(throws: FieldError.self) { try SpecReader.observability([:]) }
  }
}
