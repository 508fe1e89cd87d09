// SPDX-License-Identifier: Apache-2.0

/// Which of a transfer's deadlines comes next.
///
/// libcurl's own time-outs are not used: its idle one counts in whole seconds, and none of them says which it was.
struct DeadlineClock {
  /// A deadline and what to call it.
  struct Due: Equatable {
    enum Name { case connect, total, idle }

    let name: Name
    let instant: ContinuousClock.Instant
    let length: Duration

    /// - Parameter step: what the transfer was doing.
    func cause(in step: String) -> String {
      switch name {
      case .connect: "\(step): timed out after \(length.short)"
      case .total: "\(step): not finished \(length.short) after the start"
      case .idle: "\(step): no byte for \(length.short)"
      }
    }
  }

  private let deadlines: Deadlines
  private let start: ContinuousClock.Instant
  private var connectStart: ContinuousClock.Instant?
  private var lastByte: ContinuousClock.Instant?
  private var uploaded = 0
  private var downloaded = 0

  init(_ deadlines: Deadlines, start: ContinuousClock.Instant) {
    self.deadlines = deadlines
    self.start = start
  }

  /// The transfer has its turn and begins to connect.
  mutating func began(_ now: ContinuousClock.Instant) { connectStart = now }

  /// The request is about to be sent.
  mutating func connected(_ now: ContinuousClock.Instant) {
    connectStart = nil
    lastByte = now
  }

  /// A byte came, or the reader lets more come.
  mutating func touched(_ now: ContinuousClock.Instant) {
    if lastByte != nil { lastByte = now }
  }

  /// Takes libcurl's counts; says whether they went up.
  mutating func moved(uploaded: Int, downloaded: Int, _ now: ContinuousClock.Instant) -> Bool {
    guard uploaded != self.uploaded || downloaded != self.downloaded else { return false }
    self.uploaded = uploaded
    self.downloaded = downloaded
    touched(now)
    return true
  }

  /// The earliest deadline. While our own reader holds the transfer up, the peer cannot be called idle.
  func next(isPaused: Bool) -> Due? {
    var due: [Due] = []
    if let connectStart {
      due.append(Due(name: .connect, instant: connectStart + deadlines.connect, length: deadlines.connect))
    }
    if let total = deadlines.total { due.append(Due(name: .total, instant: start + total, length: total)) }
    if let lastByte, !isPaused {
      due.append(Due(name: .idle, instant: lastByte + deadlines.idle, length: deadlines.idle))
    }
    return due.min { $0.instant < $1.instant }
  }
}

extension Duration {
  /// `5s`, `1.5s` or `250ms`.
  var short: String {
    let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow else { return "\(components.seconds)s" }
    let milliseconds = whole &+ components.attoseconds / 1_000_000_000_000_000
    if milliseconds < 1000 { return "\(milliseconds)ms" }
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(Double(milliseconds) / 1000)s"
  }
}
