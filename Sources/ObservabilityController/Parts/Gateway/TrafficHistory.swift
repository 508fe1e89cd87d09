// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import ObservabilityAPI
import Rendering

/// What becomes of data in the gateway, from what its replicas said of themselves over time. Pure.
struct TrafficHistory: Sendable {
  /// How long a loss is reported after the latest one.
  static let memory = Duration.seconds(600)
  /// A queue that grows is reported from this share of its capacity on.
  static let notableUse = 0.5

  /// When something of one signal was lost.
  struct Loss: Hashable, Sendable {
    var since: Duration
    var latest: Duration
  }

  /// How full the fullest queue of one signal is.
  struct Filling: Hashable, Sendable {
    /// From 0 to 1.
    var use: Double
    /// How long until it is full at the present rate; nil if it does not grow.
    var left: Duration?
  }

  private struct Sample {
    var metrics: GatewayMetrics
    var time: Duration
  }

  /// The answer that was added last.
  private var round: Int?
  /// By the address of the replica.
  private var samples: [String: Sample] = [:]
  /// What the destination refused for good, which trying again does not help against.
  private(set) var refused: [GatewaySignal: Loss] = [:]
  /// What was not taken from agents, since a queue was full.
  private(set) var rejected: [GatewaySignal: Loss] = [:]
  private(set) var filling: [GatewaySignal: Filling] = [:]
  /// Whether any replica has answered the last time.
  private(set) var isKnown = false

  /// Adds what was answered; an answer that is looked at again adds nothing.
  mutating func add(_ traffic: GatewayTraffic, now: Duration) {
    defer { forgetLosses(now) }
    guard traffic.round != round else { return }
    round = traffic.round
    isKnown = !traffic.readings.isEmpty
    filling = [:]
    for (address, metrics) in traffic.readings.sorted(by: { $0.key < $1.key }) {
      let before = samples[address]
      samples[address] = Sample(metrics: metrics, time: now)
      merge(fillings(metrics, before, traffic.exporters, now))
      for (signal, exporter) in traffic.exporters {
        let (new, old) = (metrics.exporters[exporter], before?.metrics.exporters[exporter])
        // What a replica lost before it was first looked at is not news.
        guard let new, before != nil else { continue }
        Self.note(Self.increase(new.sendFailed, old?.sendFailed ?? 0), of: signal, in: &refused, now)
        Self.note(Self.increase(new.enqueueFailed, old?.enqueueFailed ?? 0), of: signal, in: &rejected, now)
      }
    }
    samples = samples.filter { traffic.readings[$0.key] != nil }
  }

  private mutating func forgetLosses(_ now: Duration) {
    for signal in GatewaySignal.allCases {
      if let loss = refused[signal], now - loss.latest > Self.memory { refused[signal] = nil }
      if let loss = rejected[signal], now - loss.latest > Self.memory { rejected[signal] = nil }
    }
  }

  /// A counter that is smaller than before began again with its process.
  private static func increase(_ new: Int64, _ old: Int64) -> Int64 { new >= old ? new - old : new }

  private static func note(
    _ count: Int64, of signal: GatewaySignal, in losses: inout [GatewaySignal: Loss], _ now: Duration
  ) {
    guard count > 0 else { return }
    var loss = losses[signal] ?? Loss(since: now, latest: now)
    loss.latest = now
    losses[signal] = loss
  }

  private mutating func merge(_ other: [GatewaySignal: Filling]) {
    filling.merge(other) { $0.use >= $1.use ? $0 : $1 }
  }

  private func fillings(
    _ metrics: GatewayMetrics, _ before: Sample?, _ exporters: [GatewaySignal: String], _ now: Duration
  ) -> [GatewaySignal: Filling] {
    exporters.compactMapValues { exporter in
      guard let queue = metrics.exporters[exporter], let use = queue.queueUse, let size = queue.queueSize,
        let room = queue.queueRoom
      else { return nil }
      var filling = Filling(use: use)
      if let before, let old = before.metrics.exporters[exporter]?.queueSize, size > old, now > before.time {
        let rate = Double(size - old) / (now - before.time).inSeconds
        filling.left = .seconds(min(Double(room) / rate, 1e9))
      }
      return filling
    }
  }
}

extension Duration {
  fileprivate var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
