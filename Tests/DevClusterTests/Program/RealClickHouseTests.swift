// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import devcluster

/// Which ClickHouse `devcluster run` takes, and how it starts one.
@Suite struct RealClickHouseTests {
  /// What a server answers to `SELECT version()`, and why it is not used; empty if it is.
  static let releases = [
    ("24.9.2.42", ""), ("24.3", ""), ("24.3.1.1.altinitystable", ""),
    ("24.2.9.1", "it is version 24.2.9.1, and the operator takes 24.3 or later"),
    ("18.16.1", "it is version 18.16.1, and the operator takes 24.3 or later"),
    ("", "it does not tell its version, and the operator takes 24.3 or later"),
    ("<html>", "it does not tell its version, and the operator takes 24.3 or later"),
  ]

  @Test("A release below the operator's floor is not used, and both versions are named", arguments: releases)
  func releasesAreJudged(_ answered: String, _ refusal: String) {
    switch RealClickHouse.Release(answered) {
    case .taken(let version): #expect(refusal.isEmpty && "\(version)" == answered)
    case .refused(let why): #expect(why == refusal)
    }
  }

  @Test("The server listens on loopback alone and keeps everything in its folder")
  func configurationIsPrivate() {
    let text = RealClickHouse.configuration(folder: "/tmp/scratch", httpPort: 8123, nativePort: 9000)
    for line in ["<listen_host>127.0.0.1</listen_host>", "<http_port>8123</http_port>", "<tcp_port>9000</tcp_port>"] {
      #expect(text.contains(line))
    }
    let paths = text.split(separator: "<").filter { $0.contains(">/") && !$0.hasPrefix("/") }
    #expect(paths.count == 4 && paths.allSatisfy { $0.contains(">/tmp/scratch/") })
    #expect(text.contains("<ip>127.0.0.1</ip>") && !text.contains("<ip>::/0</ip>"))
  }

  @Test("The server knows the user that the samples name, with the password of the Secret beside them")
  func userIsThatOfTheSamples() throws {
    let surroundings = try TextFile.read("\(Self.root)/.ci/signals.yaml")
    #expect(surroundings.contains("stringData: {\(RealClickHouse.user): \(RealClickHouse.password)}"))
    let sample = try TextFile.read("\(Self.root)/config/samples/signals-clickhouse.yaml")
    #expect(sample.contains("user: \(RealClickHouse.user)}"))
  }

  private static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }
}
