// SPDX-License-Identifier: Apache-2.0

import Backends
import HTTPTransport
import Testing

/// What of a backend's answer reaches a condition, and what does not.
@Suite struct BackendAnswerTests {
  private static let write = "https://vm.example.org/insert/0/prometheus/api/v1/write?extra_label=a=b"
  private static let read = "https://vm.example.org/select/0/prometheus"
  private static let query = #"{"status":"success","data":{"resultType":"vector","result":[]}}"#

  private func check(
    write: ScriptedTransport.Reply = .answer(200, "1"), read: ScriptedTransport.Reply = .answer(200, query),
    ca: [UInt8]? = nil
  ) async -> BackendVerdict {
    let transport = ScriptedTransport([
      ("get_vm_proto_version=1", write), ("/health", .answer(200, "OK")), ("/api/v1/query?query=1", read),
      ("/api/v1/write", write),
    ])
    return await VictoriaMetricsCheck(transport: transport)
      .run(writeURL: Self.write, readURL: Self.read, credentials: nil, ca: ca)
  }

  private func text(_ verdict: BackendVerdict) -> String { "\(verdict.sentence). \(verdict.remedy)." }

  @Test("The body of a success is never quoted", arguments: [200, 201, 204, 206, 299])
  func aSuccessIsNotQuoted(_ status: Int) async {
    let secret = "AKIAIOSFODNN7EXAMPLE"
    for verdict in [await check(write: .answer(status, secret)), await check(read: .answer(status, secret))] {
      #expect(verdict.reason == "NotVictoriaMetrics")
      #expect(!text(verdict).contains("AKIA"), "\(text(verdict))")
    }
  }

  @Test(
    "A redirection is named with the address to set, without credentials and without what the check had added",
    arguments: [
      (301, "https://new.example.org/w", "https://new.example.org/w"),
      (
        308, "https://u:p@new.example.org/api/v1/write?extra_label=a=b&get_vm_proto_version=1#x",
        "https://new.example.org/api/v1/write?extra_label=a=b"
      ),
      (302, "https://login.example.org/start?ticket=s3cret", "https://login.example.org/start"),
      (307, "/elsewhere", "https://vm.example.org/elsewhere"),
      (303, "//other.example.org/w", "https://other.example.org/w"),
      (301, "write/", "https://vm.example.org/insert/0/prometheus/api/v1/write/"),
    ])
  func aRedirectionIsNamed(_ status: Int, _ location: String, _ target: String) async {
    let verdict = await check(write: .redirect(status, to: location))
    #expect(verdict.reason == "Redirected")
    #expect(verdict.sentence.hasSuffix("answers with status \(status) and leads to \(target)"), "\(verdict.sentence)")
    #expect(verdict.remedy.hasSuffix("set spec.metrics.victoriaMetrics.writeURL to \(target)"), "\(verdict.remedy)")
    #expect(!text(verdict).contains("s3cret") && !text(verdict).contains("u:p"))
  }

  @Test("A redirected query names the base of the query API")
  func aRedirectedQueryNamesItsBase() async {
    let verdict = await check(
      read: .redirect(308, to: "https://new.example.org/select/0/prometheus/api/v1/query?query=1"))
    #expect(
      verdict.remedy.hasSuffix(
        "set spec.metrics.victoriaMetrics.readURL to https://new.example.org/select/0/prometheus"))
  }

  @Test(
    "A redirection to what is no URL says so and repeats nothing of it",
    arguments: [
      "", "ftp://h/x", "javascript:alert(1)", "http://h:99999/", "https://h/\u{1B}[31m", "https://\u{202E}h/",
    ])
  func aRedirectionToNowhere(_ location: String) async {
    let verdict = await check(write: .redirect(302, to: location))
    #expect(verdict.reason == "Redirected")
    #expect(location.isEmpty || !text(verdict).contains(location))
  }

  @Test("Each fault of TLS has its remedy, and the reason is TLSFailed", arguments: TLSFault.allCases)
  func tlsFaultsHaveRemedies(_ fault: TLSFault) async {
    let verdict = await check(write: .tlsFailure(fault))
    #expect(verdict.reason == "TLSFailed")
    #expect(verdict.sentence.contains("tls: \(fault)"))
    let field = [TLSFault.unknownAuthority: "caSecretRef", .wrongName: "writeURL", .notTLS: "writeURL"][fault] ?? ""
    #expect(verdict.remedy.contains(field) && !verdict.remedy.isEmpty, "\(verdict.remedy)")
  }

  @Test("With authorities given, an unknown one is put into their Secret")
  func theAuthoritiesGivenAreNamed() async {
    let verdict = await check(write: .tlsFailure(.unknownAuthority), ca: [1])
    #expect(verdict.remedy.contains("into the Secret named by spec.metrics.victoriaMetrics.caSecretRef"))
  }

  @Test("An address that is refused is no outage of a Service")
  func aRefusedAddress() async {
    let verdict = await check(write: .failure(.addressRefused, "connect: 169.254.169.254 is a link-local address"))
    #expect(verdict.reason == "AddressRefused")
    #expect(text(verdict).contains("169.254.169.254") && verdict.remedy.contains("writeURL"))
  }

  /// Empty, a megabyte, controls, numbers beyond every integer, and what is no UTF-8.
  static let extremes: [[UInt8]] =
    [
      "", "\u{0}", "\u{1B}[2J\r\n\u{202E}<script>", "9223372036854775808", "-1", "1e308", "NaN", "null", "[]", "{}",
      #"{"status":"success"}"#, #"{"status":1e400}"#, String(repeating: "[", count: 1 << 20),
      String(repeating: "x", count: 1 << 20), String(repeating: "\u{301}", count: 1 << 15),
    ].map { Array($0.utf8) } + [[0xFF, 0xFE, 0x00], [UInt8](repeating: 0x80, count: 70_000)]

  @Test("Whatever a backend answers, the verdict is one clean line of bounded length", arguments: extremes)
  func extremesAreSurvived(_ body: [UInt8]) async {
    for status in [200, 302, 400, 401, 404, 429, 500, 599, 999] {
      let answers = ExtremeTransport(status: status, body: body)
      let verdict = await VictoriaMetricsCheck(transport: answers)
        .run(writeURL: Self.write, readURL: Self.read, credentials: nil, ca: nil)
      #expect(!verdict.isReady)
      #expect(text(verdict).utf8.count < 1024)
      let invisible = text(verdict).unicodeScalars.filter {
        [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      }
      #expect(invisible.isEmpty, "\(text(verdict))")
    }
  }
}

/// Answers everything with the same bytes, as a transport does that bounds them.
private struct ExtremeTransport: HTTPTransport {
  let status: Int
  let body: [UInt8]

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard body.count <= request.bodyLimit ?? .max else {
      throw TransportError(kind: .tooLarge, phase: .body, host: "h", cause: "body: too large")
    }
    let text = String(decoding: body, as: UTF8.self)
    return HTTPResponse(status: status, headers: [HTTPField("Location", text)], body: Self.body(body))
  }

  private static func body(_ bytes: [UInt8]) -> HTTPBody {
    let chunks = Chunks(bytes)
    return HTTPBody { () throws(TransportError) in await chunks.next() }
  }

  private actor Chunks {
    private var bytes: [UInt8]?

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func next() -> [UInt8]? {
      defer { bytes = nil }
      return bytes
    }
  }
}
