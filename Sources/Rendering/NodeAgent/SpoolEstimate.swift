// SPDX-License-Identifier: Apache-2.0

/// How long the spool of a node holds while nothing can be sent.
///
/// The agent writes one compressed file a scrape, with one sample of each series (`prom/remote_writer.go`). What a
/// series takes in it was measured with `.ci/spool-size.py`, on invented nodes: labels, families and compression are those of
/// the agent, the workloads are not anyone's.
public struct SpoolEstimate: Sendable {
  /// A node as it was invented.
  public let node: String
  /// Containers on it.
  public let containers: Int
  /// Series that its agent gives.
  public let series: Int64

  /// The nodes that were measured.
  public static let nodes = [
    SpoolEstimate(node: "small", containers: 25, series: 3_100),
    SpoolEstimate(node: "medium", containers: 80, series: 12_600),
    SpoolEstimate(node: "busy", containers: 200, series: 58_500),
  ]
  /// What a series takes in a file, in bytes; measured 41 to 45.
  public static let bytesPerSeries: Int64 = 45
  /// What a series takes before compression, in bytes; measured 398 to 418.
  public static let plainBytesPerSeries: Int64 = 420
  /// The largest request that VictoriaMetrics takes, in bytes before compression, unless `-maxInsertRequestSize` says
  /// otherwise.
  public static let largestRequest: Int64 = 32 << 20

  /// What one scrape takes on disk, in bytes.
  public var bytesPerScrape: Int64 { series * Self.bytesPerSeries }

  /// How long a spool of so many bytes takes to fill with a scrape every so many seconds, in seconds.
  public func seconds(spool: Int64, interval: Int64) -> Int64 { spool / bytesPerScrape * interval }

  /// The most series that one scrape can have if the backend is to take it.
  public static var largestScrape: Int64 { largestRequest / plainBytesPerSeries }
}
