// SPDX-License-Identifier: Apache-2.0

/// The queue of one exporter, with what the collector counts of it: spans or log records.
struct CollectorQueue: Sendable {
  /// In bytes of OTLP.
  let capacity: Int
  /// In bytes of OTLP. What is being sent is still part of it.
  private(set) var size = 0
  private(set) var accepted = 0
  private(set) var rejected = 0
  private(set) var sent = 0
  private(set) var failed = 0
  private var waiting: [OTLPBody] = []

  init(capacity: Int) { self.capacity = capacity }

  /// What is sent next.
  var first: OTLPBody? { waiting.first }

  /// Takes a body, unless there is no room for it.
  mutating func enqueue(_ body: OTLPBody) -> Bool {
    guard size + body.bytes.count <= capacity else {
      rejected += body.items
      return false
    }
    waiting.append(body)
    size += body.bytes.count
    accepted += body.items
    return true
  }

  /// Removes the first body, which was delivered or refused for good.
  mutating func finish(isDelivered: Bool) {
    let body = waiting.removeFirst()
    size -= body.bytes.count
    if isDelivered { sent += body.items } else { failed += body.items }
  }
}
