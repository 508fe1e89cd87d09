// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore
import Testing

@testable import KubernetesClient

@Suite struct WatchTests {
  /// The shapes of a real watch (kube-apiserver 1.36.2).
  private static let frames = """
    {"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m","namespace":"rec",\
    "uid":"9a803809","resourceVersion":"246","labels":{"sel":"yes"}},"data":{"k":"zwölf \\n"}}}
    {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m","resourceVersion":"247"}}}
    {"type":"DELETED","object":{"metadata":{"name":"m","resourceVersion":"248"}}}
    {"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"248",\
    "annotations":{"k8s.io/initial-events-end":"true"}}}}
    {"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"250"}}}

    """
  private static let expired = """
    {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
    "message":"too old resource version: 1 (211)","reason":"Expired","code":410}}

    """

  private func check(_ events: [WatchEvent]) {
    guard events.count == 5, case .added(let added) = events[0], case .modified(let modified) = events[1],
      case .deleted(let deleted) = events[2]
    else {
      Issue.record("unexpected frames: \(events)")
      return
    }
    #expect(added[path: "data", "k"]?.string == "zwölf \n")
    #expect(modified.resourceVersion == "247")
    #expect(deleted.apiVersion == "v1" && deleted.kind == "ConfigMap")
    #expect(events[3] == .bookmark(resourceVersion: "248", endsInitialEvents: true))
    #expect(events[4] == .bookmark(resourceVersion: "250", endsInitialEvents: false))
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func anyCutGivesTheSameFrames(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var rest = Array(Self.frames.utf8)[...]
    var decoder = WatchDecoder(.configMaps)
    var events: [WatchEvent] = []
    while !rest.isEmpty {
      let count = Int.random(in: 1...(seed % 2 == 0 ? 7 : 300), using: &generator)
      events += try decoder.push(Array(rest.prefix(count))).map { try $0.get() }
      rest = rest.dropFirst(count)
    }
    #expect(decoder.finish() == nil)
    check(events)
  }

  @Test func linesAreBounded() throws {
    var framer = LineFramer(limit: 4)
    #expect(try framer.push(Array("abcd\r\n\n\nx".utf8).filter { $0 != 13 }) == [Array("abcd".utf8)])
    #expect(framer.hasPartialLine)
    #expect(throws: LineFramer.TooLong(limit: 4)) { try framer.push(Array("yzab".utf8)) }
    var other = LineFramer(limit: 4)
    #expect(throws: LineFramer.TooLong(limit: 4)) { try other.push(Array("abcde\n".utf8)) }
    var decoder = WatchDecoder(.configMaps)
    var failure: KubernetesError?
    for _ in 0...WatchDecoder.lineLimit / (1 << 20) {
      if case .failure(let error)? = decoder.push([UInt8](repeating: 120, count: 1 << 20)).last { failure = error }
    }
    #expect(failure?.description.contains("8388608 bytes") == true)
  }

  @Test(arguments: [
    ("nope", "watch frame: line 1"), ("{}", "no type or no object"), (#"{"type":"ADDED"}"#, "no type or no object"),
    (#"{"type":"NEW","object":{}}"#, "unknown type NEW"), (#"{"type":"BOOKMARK","object":{}}"#, "no resourceVersion"),
  ])
  func malformedFrames(_ line: String, _ cause: String) {
    var decoder = WatchDecoder(.configMaps)
    guard case .failure(let error)? = decoder.push(Array((line + "\n").utf8)).last else {
      Issue.record("expected a failure")
      return
    }
    #expect(error.description.contains(cause), "\(error)")
  }

  private func client(_ transport: ScriptedTransport) -> KubernetesClient {
    KubernetesClient(
      transport: transport, configuration: ClusterConfiguration(server: "https://api:6443"),
      options: KubernetesClient.Options(userAgent: "tests/1"))
  }

  @Test func streamsToItsEndOnItsOwnConnection() async throws {
    let transport = ScriptedTransport(.body(200, Self.frames))
    let stream = try await client(transport).watch(.configMaps, WatchQuery(timeoutSeconds: 60))
    var events: [WatchEvent] = []
    for try await event in stream { events.append(event) }
    check(events)
    let request = try #require(transport.requests.first)
    #expect(request.ownConnection)
    #expect(request.deadlines == Deadlines(connect: .seconds(5), total: nil, idle: .seconds(65)))
    #expect(request.bodyLimit == nil)
  }

  @Test func errorFramesAreThrownAndEndTheStream() async throws {
    let transport = ScriptedTransport(.body(200, Self.frames + Self.expired + Self.frames))
    var iterator = try await client(transport).watch(.configMaps, WatchQuery()).makeAsyncIterator()
    for _ in 0..<5 { #expect(try await iterator.next() != nil) }
    do throws(KubernetesError) {
      _ = try await iterator.next()
      Issue.record("expected an error")
    } catch {
      #expect(error.isExpired)
      #expect(error.description == "410 Expired: too old resource version: 1 (211)")
    }
    #expect(try await iterator.next() == nil)
  }

  @Test func breaksAndHalfFramesAreThrown() async throws {
    let half = Array(Self.frames.utf8.prefix(40))
    for answer in [
      ScriptedTransport.Answer.respond(200, chunks: [half], then: .broken(.body)), .respond(200, chunks: [half]),
    ] {
      var iterator = try await client(ScriptedTransport(answer)).watch(.configMaps, WatchQuery()).makeAsyncIterator()
      await #expect(throws: KubernetesError.self) { try await iterator.next() }
      #expect(try await iterator.next() == nil)
    }
  }

  @Test func refusalIsThrownAtOnce() async {
    let transport = ScriptedTransport(.body(404, "404 page not found\n"))
    do throws(KubernetesError) {
      _ = try await client(transport).watch(.configMaps, WatchQuery())
      Issue.record("expected an error")
    } catch {
      #expect(error.isNotFound)
      #expect(error.description == "404: 404 page not found")
    }
  }
}
