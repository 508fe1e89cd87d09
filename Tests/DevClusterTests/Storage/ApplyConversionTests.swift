// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

/// The first message is recorded in 11-workloads; the others follow from `runtime/converter.go` and Go's
/// `encoding/base64`.
@Suite("What an apply cannot convert")
struct ApplyConversionTests {
  @Test(
    "An apply whose values do not fit their types is answered with 500",
    arguments: [
      ("secrets", "Secret", ["data": ["a": "!"]], "error decoding from json: illegal base64 data at input byte 0"),
      (
        "secrets", "Secret", ["data": ["a": "eA==eA=="]],
        "error decoding from json: illegal base64 data at input byte 4"
      ),
      (
        "persistentvolumeclaims", "PersistentVolumeClaim", ["spec": ["resources": ["requests": ["storage": "much"]]]],
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
      ),
    ] as [(String, String, JSONValue, String)])
  func conversions(_ plural: String, _ kind: String, _ members: JSONValue, _ problem: String) async {
    let cluster = await TestCluster()
    var body = members
    body["apiVersion"] = "v1"
    body["kind"] = .string(kind)
    body["metadata"] = ["name": "k"]
    let answer = await cluster.apply("/api/v1/namespaces/rec/\(plural)/k", body)
    #expect(answer.status == 500)
    #expect(answer.json["reason"] == nil)
    #expect(
      answer.json["message"]?.string
        == "failed to convert new object (rec/k; /v1, Kind=\(kind)) to proper version: unable to convert unstructured "
        + "object to /v1, Kind=\(kind): \(problem)")
  }

  @Test(
    "The place of the byte that is no base64 is that of Go's decoder",
    arguments: [
      ("", nil), ("eA==", nil), ("eHl6", nil), ("eA\n==", nil), ("!", 0), ("x", 0), ("eHl6e", 4), ("eH!6", 2), ("=", 0),
      ("e===", 1), ("eA=", 3), ("eA=A", 2), ("eA==eA", 4), ("eHk=", nil), ("eHk=!", 4),
    ] as [(String, Int?)])
  func corruptBytes(_ text: String, _ place: Int?) {
    #expect(Base64.corruptByte(in: text) == place)
  }
}
