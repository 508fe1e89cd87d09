// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization
import Testing

@testable import Telemetry

private final class Lines: Sendable {
  private let content = Mutex<[String]>([])
  var all: [String] { content.withLock { $0 } }
  func add(_ bytes: [UInt8]) { content.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
}

private func logger(
  _ lines: Lines, format: LineLogHandler.Format = .text, level: Logger.Level = .info, timestamps: Bool = false
) -> Logger {
  Logger(label: "test") { _ in
    LineLogHandler(level: level, format: format, timestamps: timestamps) { lines.add($0) }
  }
}

private struct Oops: Error, CustomStringConvertible { let description = "oops at http://u:secret@h/" }

@Suite struct LineLogTests {
  @Test func readsAsTheStory() {
    let lines = Lines()
    let log = logger(lines)
    log.info("object seen", metadata: ["mode": "AgentsOnly", "generation": "1", "object": "platform"])
    log.error(
      "backend unavailable", metadata: ["object": "platform", "cause": "connect: refused", "child": "A/b", "a": "1"])
    log.warning("ready")
    log.debug("unheard")
    #expect(
      lines.all == [
        "INFO  object seen            object=platform generation=1 mode=AgentsOnly\n",
        "ERROR backend unavailable    object=platform child=A/b a=1 cause=\"connect: refused\"\n",
        "WARN  ready\n",
      ])
  }

  @Test func writesJSON() {
    let lines = Lines()
    var log = logger(lines, format: .json)
    log[metadataKey: "node"] = "n1"
    log.notice("a \"b\"\n", metadata: ["object": "x\\y", "level": "fake", "z": "\u{1B}[2J"])
    let line = lines.all.first ?? ""
    #expect(line.hasPrefix("{\"time\":\"20"))
    #expect(
      line.hasSuffix(
        #"Z","level":"notice","message":"a \"b\"\n","object":"x\\y","node":"n1","level_":"fake","z":"\u001b[2J"}"#
          + "\n"))
  }

  @Test(arguments: [
    "a\nERROR forged", "a\r\nb", "\u{1B}[31mred", "a\u{2028}b", "a\u{85}b", "a\u{0}b", "a\u{202E}b", "x\" y=\"z",
    "\r\nINFO  fine",
  ])
  func cannotBeForged(_ hostile: String) {
    for format in LineLogHandler.Format.allCases {
      let lines = Lines()
      logger(lines, format: format).info("\(hostile)", metadata: ["\(hostile)": "\(hostile)", "v": "\(hostile)"])
      let line = lines.all.joined()
      #expect(line.unicodeScalars.filter { $0 == "\n" }.count == 1 && line.hasSuffix("\n"))
      let visible = line.dropLast().unicodeScalars.allSatisfy {
        switch $0.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format: false
        default: true
        }
      }
      #expect(visible, "\(line)")
    }
  }

  @Test func quotesWhatIsNotOneWord() {
    let lines = Lines()
    logger(lines).info("m", metadata: ["a": "x y", "b": "", "c": "q\"q", "d": "k=v", "e": ["1", "2"]])
    #expect(lines.all == [#"INFO  m                      a="x y" b="" c="q\"q" d=k=v e="[\"1\", \"2\"]""# + "\n"])
  }

  @Test func keepsCredentialsToItself() {
    let lines = Lines()
    logger(lines).error("cannot reach http://u:secret@h/", error: Oops(), metadata: ["url": "https://u:secret@h/x"])
    let line = lines.all.joined()
    #expect(line.contains("error=\"oops at http://***@h/\" url=https://***@h/x"), "\(line)")
    #expect(!line.contains("secret"))
  }

  @Test func carriesProvidedMetadataAndTime() {
    let lines = Lines()
    let log = Logger(label: "test") { _ in
      var handler = LineLogHandler(level: .trace, timestamps: true) { lines.add($0) }
      handler.metadataProvider = Logger.MetadataProvider { ["node": "from-provider", "a": "provider"] }
      handler[metadataKey: "a"] = "handler"
      return handler
    }
    log.trace("t", metadata: ["a": "event"])
    let line = lines.all.joined()
    #expect(line.hasSuffix("Z TRACE t                      node=from-provider a=event\n"), "\(line)")
  }

  @Test func boundsAValue() {
    let lines = Lines()
    logger(lines).critical("m", metadata: ["a": "\(String(repeating: "x", count: 100_000))"])
    #expect(lines.all.joined().count < LogLine.valueLimit + 100)
  }

  @Test("A value of combining marks alone, one character of a megabyte, is bounded too")
  func boundsACharacter() {
    let lines = Lines()
    logger(lines).info("m", metadata: ["a": "a\(String(repeating: "\u{301}", count: 1 << 19))"])
    #expect(lines.all.joined().utf8.count < LogLine.valueLimit + 100)
  }
}

@Suite struct RedactionTests {
  @Test(arguments: [
    ("plain", "plain"), ("http://h/a@b", "http://h/a@b"), ("mail a@b", "mail a@b"),
    ("http://u:p@h:1/x?q=a@b", "http://***@h:1/x?q=a@b"), ("http://u@h", "http://***@h"),
    ("a http://u:p@h, b https://v:q@i/", "a http://***@h, b https://***@i/"),
    ("http://u:p@ss@h/", "http://***@h/"), ("http://u:p/ss@h/", "http://***@h/"),
    ("http://h:80/a@b", "http://h:80/a@b"), ("http://a,http://u:p@b", "http://a,http://***@b"),
    ("\"http://u:p@h\"@x", "\"http://***@h\"@x"), ("http://[::1]:8/@", "http://[::1]:8/@"), ("://@", "://***@"),
  ])
  func removesUserinfo(_ text: String, _ redacted: String) {
    #expect(Redaction.apply(text) == redacted)
  }
}
