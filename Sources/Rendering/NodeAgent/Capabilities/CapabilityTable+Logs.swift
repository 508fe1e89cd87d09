// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// Reading and counting the logs of containers. One switch of the agent does both: where it sends logs it also exports
/// `container_log_messages_total`, so that the rows decide how much of them that metric tells.
extension CapabilityTable {
  /// The most bytes of the label `sample`.
  ///
  /// Enough to recognise a message. The label does not tell series apart, `pattern_hash` does, so a cut merges none; but
  /// each sample is stored in the index of the storage, and shown to everyone who reads metrics. `MAX_LABEL_LENGTH` cuts
  /// no other label of the agent for Linux.
  static let sampleBytes = 200

  /// Without a destination, and without counts, no text of a log leaves the node.
  static let logs = CapabilityRow(
    feature: "logs.destination", isOn: { $0.countsLogMessages },
    settingsWhenOff: [.init(name: "DISABLE_LOG_PARSING", value: "true")],
    note: "Reads the log files of containers as uid 0, and files in /var/log that others own with DAC_READ_SEARCH. "
      + "nodeAgent.features.logMetrics switches it on too.",
    source: "containers/container.go, logs/tail_reader.go")

  /// With a limit of no pattern every message falls to the one that stands for the rest.
  static let logLevels = CapabilityRow(
    feature: "logs.destination", with: "nodeAgent.features.logMetrics: false",
    isOn: { $0.sendsLogs && !$0.countsLogPatterns },
    settingsWhenOn: [.init(name: "LOG_PATTERNS_PER_CONTAINER", value: "0", mayDiffer: true)],
    note: "The agent counts what it sends. By level only: no text of a log becomes a label, and `pattern.hash` of log "
      + "records names no pattern. Mode Full counts by pattern, with the agent's own limits, for the Coroot server.",
    source: "containers/container.go; github.com/coroot/logparser, parser.go")

  static let logPatterns = CapabilityRow(
    feature: "nodeAgent.features.logMetrics",
    isOn: { $0.nodeAgent.features.logMetrics && $0.mode != .full },
    settingsWhenOn: [.init(name: "MAX_LABEL_LENGTH", value: "\(sampleBytes)", mayDiffer: true)],
    note: "The start of one message of each pattern becomes the label `sample` of container_log_messages_total. "
      + "nodeAgent.env may set another length.",
    source: "containers/container.go, flags/flags.go")
}
