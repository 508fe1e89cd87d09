// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a configuration of the collector, and where: `exporters.clickhouse/logs.sending_queue.storage`.
struct CollectorProblem: Hashable, CustomStringConvertible {
  let path: String
  let message: String

  init(_ path: String, _ message: String) { (self.path, self.message) = (path, message) }

  var description: String { "\(path): \(message)" }
}
