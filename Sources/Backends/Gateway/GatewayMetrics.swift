// SPDX-License-Identifier: Apache-2.0

/// What one collector's own metrics tell of its queues and of data that was rejected.
///
/// Read from the Prometheus text format that the collector serves. Every count is since the collector's start. A metric that is
/// missing is nil or 0: the collector has no counter of failures before the first. Names of counters may end in `_total`,
/// which depends on the collector's settings.
public struct GatewayMetrics: Hashable, Sendable {
  /// The metrics of one exporter.
  public struct Exporter: Hashable, Sendable {
    /// What its queue holds, in the unit of the queue, bytes with our configuration; nil if that is not told.
    public var queueSize: Int64?
    /// What its queue may hold; nil if that is not told.
    public var queueCapacity: Int64?
    /// Spans or log records that were rejected since the queue was full. The sender may have repeated them.
    public var enqueueFailed: Int64 = 0
    /// Spans or log records that were given up, since the destination refused them for good.
    public var sendFailed: Int64 = 0

    /// Spans or log records that the destination took.
    public var sent: Int64 = 0

    /// An exporter without metrics.
    public init() {}

    /// How full the queue is, from 0 to 1; nil if that is not told.
    public var queueUse: Double? {
      guard let queueSize, let queueCapacity, queueCapacity > 0 else { return nil }
      return min(max(Double(queueSize) / Double(queueCapacity), 0), 1)
    }

    /// What the queue still takes, in its unit; nil if that is not told.
    public var queueRoom: Int64? {
      guard let queueSize, let queueCapacity else { return nil }
      return max(queueCapacity - queueSize, 0)
    }
  }

  /// The exporters by their ids, such as `clickhouse/logs`.
  public private(set) var exporters: [String: Exporter] = [:]
  /// Spans and log records that receivers refused, for want of memory or since no queue took them.
  public private(set) var receiverRefused: Int64 = 0
  /// Whether there was more than is read.
  public private(set) var isTruncated = false

  /// The most bytes of an answer that are read: far more than a collector with a few exporters serves.
  public static let longestText = 1 << 20
  /// The most exporters that are kept.
  public static let mostExporters = 16
  /// The longest id of an exporter that is kept, in bytes.
  public static let longestID = 128

  /// Reads an answer. Lines that are not understood are passed over.
  public init(exposition text: some Collection<UInt8>) {
    isTruncated = text.count > Self.longestText
    var lines = text.prefix(Self.longestText).split(separator: UInt8(ascii: "\n"))
    // The last line may have been cut in the middle of its value.
    if isTruncated, !lines.isEmpty { lines.removeLast() }
    for line in lines {
      if let sample = ExpositionSample(Array(line)) { add(sample) }
    }
  }

  private mutating func add(_ sample: ExpositionSample) {
    var name = sample.name[...]
    guard name.hasPrefix("otelcol_") else { return }
    name = name.dropFirst("otelcol_".count)
    if name.hasSuffix("_total") { name = name.dropLast("_total".count) }
    let value = sample.value
    if Self.isOfSpansOrLogs(name, "receiver_refused_") {
      receiverRefused = Self.sum(receiverRefused, value)
    } else if name == "exporter_queue_size" {
      change(sample) { $0.queueSize = Self.sum($0.queueSize ?? 0, value) }
    } else if name == "exporter_queue_capacity" {
      change(sample) { $0.queueCapacity = Self.sum($0.queueCapacity ?? 0, value) }
    } else if Self.isOfSpansOrLogs(name, "exporter_enqueue_failed_") {
      change(sample) { $0.enqueueFailed = Self.sum($0.enqueueFailed, value) }
    } else if Self.isOfSpansOrLogs(name, "exporter_sent_") {
      change(sample) { $0.sent = Self.sum($0.sent, value) }
    } else if Self.isOfSpansOrLogs(name, "exporter_send_failed_") {
      change(sample) { $0.sendFailed = Self.sum($0.sendFailed, value) }
    }
  }

  private static func isOfSpansOrLogs(_ name: Substring, _ prefix: String) -> Bool {
    name == prefix + "spans" || name == prefix + "log_records"
  }

  /// Several samples of one exporter, which differ in other labels, add up.
  private mutating func change(_ sample: ExpositionSample, _ change: (inout Exporter) -> Void) {
    guard let id = sample.labels["exporter"], id.utf8.count <= Self.longestID else { return }
    guard exporters[id] != nil || exporters.count < Self.mostExporters else {
      isTruncated = true
      return
    }
    change(&exporters[id, default: Exporter()])
  }

  /// The sum, or the largest number if it is larger. A value that is not a count is none.
  private static func sum(_ count: Int64, _ value: Double) -> Int64 {
    guard value > 0 else { return count }
    guard let whole = Int64(exactly: value.rounded(.down)) else { return .max }
    let (sum, overflow) = count.addingReportingOverflow(whole)
    return overflow ? .max : sum
  }
}
