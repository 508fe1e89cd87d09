// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Rendering
import Testing

/// How the disk of the gateway is divided.
@Suite struct GatewayQueueTests {
  private static let mebibyte: Int64 = 1 << 20
  static let sizes: [Int64] = [
    .min, -1, 0, 16 << 20, 17 << 20, 33_554_431, 64 << 20, 100 << 20, 200 << 20, 2 << 30, 10 << 30, 1 << 40, 1 << 60,
    .max,
  ]

  @Test("The default size is divided as documented") func theDefaultIsDivided() {
    let queue = GatewayQueue(ObservabilitySpec.defaults.gateway)
    #expect(queue.size == 2 << 30)
    #expect(queue.fileLimit == 1024 * Self.mebibyte)
    #expect(queue.capacity == 504 * Self.mebibyte)
    #expect(queue.claim == 5632 * Self.mebibyte)
    #expect(queue.compactionNeeded == 100 && queue.compactionTrigger == 10)
  }

  @Test("Files of both signals fit the size, and the claim holds them, two former ones and a copy", arguments: sizes)
  func everythingFits(_ size: Int64) {
    let queue = GatewayQueue(size: size)
    #expect(queue.size >= GatewayQueue.smallest && queue.size <= GatewayQueue.largest)
    #expect(queue.fileLimit > 0 && 2 * queue.fileLimit <= queue.size)
    #expect(queue.claim >= 5 * queue.fileLimit && queue.claim % Self.mebibyte == 0)
  }

  @Test("A queue is full before its file is, with pages half used and growth by 16 MiB", arguments: sizes)
  func theQueueIsFullFirst(_ size: Int64) {
    let queue = GatewayQueue(size: size)
    #expect(queue.capacity >= Self.mebibyte)
    let pages = 2 * queue.capacity
    // Beyond 16 MiB the file must have room for 16 MiB more; below, it is allocated in powers of two.
    if pages > 16 * Self.mebibyte {
      #expect(pages + 16 * Self.mebibyte <= queue.fileLimit)
    } else {
      var allocated: Int64 = 1 << 15
      while allocated < pages { allocated *= 2 }
      #expect(allocated <= queue.fileLimit)
    }
  }

  @Test("Thresholds of compaction are below the file's limit and in order", arguments: sizes)
  func thresholdsAreBelowTheLimit(_ size: Int64) {
    let queue = GatewayQueue(size: size)
    #expect(queue.compactionTrigger >= 1 && queue.compactionTrigger < queue.compactionNeeded)
    #expect(queue.compactionNeeded << 20 < queue.fileLimit)
  }

  @Test("Every size gives a configuration that the model accepts", arguments: sizes.map { max($0, 0) })
  func everySizeIsAccepted(_ size: Int64) throws {
    let fixture = GatewayFixture("size", GatewayMatrix.victoria) { $0.gateway.queueSize = "\(size)" }
    #expect(try CollectorModel.problems(fixture.merged()).isEmpty)
  }

  @Test("A size that is no quantity counts as the default") func nonsenseIsTheDefault() {
    var gateway = ObservabilitySpec.defaults.gateway
    gateway.queueSize = "much"
    #expect(GatewayQueue(gateway).size == GatewayQueue.defaultSize)
  }

  @Test("Time is room by rate, and endless without a rate")
  func timeIsRoomByRate() {
    #expect(GatewayQueue(size: 2 << 30).seconds(bytesPerSecond: 1 << 20) == 504)
    #expect(GatewayQueue(size: .max).seconds(bytesPerSecond: 1) > 0)
    for (room, rate, seconds) in [
      (100, 10, 10), (99, 10, 9), (0, 10, 0), (-5, 10, 0), (100, 0, .max), (100, -1, .max), (.max, 1, .max),
      (.min, 1, 0),
      (5, .max, 0),
    ] as [(Int64, Int64, Int64)] {
      #expect(GatewayQueue.seconds(room: room, bytesPerSecond: rate) == seconds)
    }
  }

  @Test(
    "The size for a time lasts that long and hardly longer",
    arguments: [0, 1, 60, 3600, 86_400, 1 << 20] as [Int64], [0, 1, 1000, 65_536, 10 << 20] as [Int64])
  func theSizeForATimeLasts(_ seconds: Int64, _ rate: Int64) {
    let size = GatewayQueue.size(lasting: seconds, bytesPerSecond: rate)
    #expect(GatewayQueue(size: size).seconds(bytesPerSecond: rate) >= seconds)
    if size > 64 << 20 {
      #expect(GatewayQueue(size: size - (4 << 20)).capacity < seconds * rate)
    }
  }

  @Test("A time that no disk holds gives the largest size") func extremesSaturate() {
    for (seconds, rate) in [(.max, .max), (.max, 1), (1 << 40, 1 << 40), (1, 1 << 60)] as [(Int64, Int64)] {
      #expect(GatewayQueue.size(lasting: seconds, bytesPerSecond: rate) == GatewayQueue.largest)
    }
    #expect(GatewayQueue.size(lasting: .min, bytesPerSecond: .min) == 64 << 20)
  }
}
