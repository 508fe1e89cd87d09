// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
public import ObservabilityAPI

/// How the disk of one gateway replica is divided.
///
/// Each signal has a queue in a file of its own. Its share of the size does not depend on which signals are on: otherwise
/// switching one on would lower the limit of a file that already exceeds it, and the claim, which is immutable, would be
/// too small.
///
/// The file is a B+ tree (bbolt 1.5.0, which enforces `max_size`). Items are put on pages of 4 KiB that are left half
/// full at worst, and past 16 MiB the file grows only while 16 MiB are free below its limit (`allocate` and `growSize` in
/// `db.go`). So the queue's limit is half of what the file can hold, and is reached first: deleting from a file needs free
/// pages too.
public struct GatewayQueue: Hashable, Sendable {
  /// The most that the files of both signals take, in bytes: `spec.gateway.queue.size`.
  public let size: Int64

  /// The smallest size, which the schema enforces.
  public static let smallest: Int64 = 16 << 20
  /// The largest size that is computed with, an exbibyte.
  public static let largest: Int64 = 1 << 60
  /// The size of an object that does not name one.
  public static let defaultSize: Int64 = 2 << 30

  private static let mebibyte: Int64 = 1 << 20
  /// What bbolt adds to a file beyond what is used, once it is this large (`DefaultAllocSize`).
  private static let growth: Int64 = 16 << 20

  /// A queue of that size, or of the nearest one allowed.
  public init(size: Int64) { self.size = min(max(size, Self.smallest), Self.largest) }

  /// The queue that an object asks for.
  public init(_ gateway: Gateway) { self.init(size: Quantity.bytes(gateway.queueSize) ?? Self.defaultSize) }

  /// The limit of each file, in bytes: `max_size` of `file_storage`.
  public var fileLimit: Int64 { size / 2 / Self.mebibyte * Self.mebibyte }

  /// The limit of each queue, in bytes of OTLP: `queue_size` of an exporter.
  public var capacity: Int64 { Self.usable(fileLimit) / 2 }

  /// The least size of a batch, in bytes: some 5,000 rows, which ClickHouse asks for at least, and far below what
  /// VictoriaLogs takes (64 MiB). What is in a batch is still part of the queue.
  public var batch: Int64 { min(2 << 20, capacity / 4) }

  /// The size of the claim, in bytes.
  ///
  /// Room for five files and a tenth for the file system: a queue of each signal, the copy that compaction makes of one
  /// of them at a time, and for each signal the file of a former destination. The collector names a file after the type
  /// of the exporter, and of the two types that are used, the one that is no longer used leaves its file behind.
  public var claim: Int64 {
    let files = 5 * fileLimit
    return (files + files / 10 + Self.mebibyte - 1) / Self.mebibyte * Self.mebibyte
  }

  /// ``claim`` as a quantity, in its canonical form.
  public var claimQuantity: String { AgentResources.mebibytes(claim) }

  /// From how many MiB on a file counts as one to compact; below the file's limit, as `file_storage` demands.
  public var compactionNeeded: Int64 { min(100, fileLimit / Self.mebibyte / 2) }

  /// Below how many MiB in use a file is compacted.
  public var compactionTrigger: Int64 { min(10, max(1, fileLimit / Self.mebibyte / 8)) }

  /// What a file may hold before bbolt refuses to let it grow.
  private static func usable(_ limit: Int64) -> Int64 {
    if limit >= 2 * growth { return limit - growth }
    // A small file is allocated in powers of two.
    var size: Int64 = 1 << 15
    while size * 2 <= min(limit, growth) { size *= 2 }
    return size
  }
}

/// How long a queue lasts.
extension GatewayQueue {
  /// How long the empty queue of a signal takes to fill, in seconds; `Int64.max` if nothing comes.
  ///
  /// - Parameter bytesPerSecond: what one replica receives of the signal.
  public func seconds(bytesPerSecond: Int64) -> Int64 {
    Self.seconds(room: capacity, bytesPerSecond: bytesPerSecond)
  }

  /// How long room of so many bytes lasts, in seconds; `Int64.max` if nothing comes.
  public static func seconds(room: Int64, bytesPerSecond: Int64) -> Int64 {
    bytesPerSecond > 0 ? max(room, 0) / bytesPerSecond : .max
  }

  /// The least size, in bytes, with which each signal's queue lasts so many seconds.
  public static func size(lasting seconds: Int64, bytesPerSecond: Int64) -> Int64 {
    let (bytes, overflow) = max(seconds, 0).multipliedReportingOverflow(by: max(bytesPerSecond, 0))
    guard !overflow, bytes < largest / 4 else { return largest }
    let file = 2 * bytes + growth
    return min(max(2 * ((file + mebibyte - 1) / mebibyte * mebibyte), 4 * growth), largest)
  }
}
