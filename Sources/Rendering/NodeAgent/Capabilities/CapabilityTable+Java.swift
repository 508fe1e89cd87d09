// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The two things that the agent loads into Java programs. Each is of use to another feature only; loaded without it,
/// it would be read by nobody.
extension CapabilityTable {
  private static let attaching: [CapabilityRow.Grant] = [
    .init(
      name: "KILL", reason: "signal JVMs to open their attach socket",
      without: "Nothing is loaded into JVMs, and a warning for each."),
    .init(
      name: "DAC_OVERRIDE", reason: "connect to the attach sockets of JVMs that do not run as root",
      without: "Nothing is loaded into JVMs that do not run as root, and a warning for each."),
  ]

  private static let note =
    "Writes its helper to /tmp/coroot of the container and loads it into the program; a container whose root is "
    + "read-only is left alone."

  static let javaTLS = CapabilityRow(
    feature: "nodeAgent.features.jvm", with: "nodeAgent.features.l7",
    isOn: { $0.nodeAgent.features.jvm && $0.nodeAgent.features.l7 }, grants: attaching,
    settingsWhenOn: [.init(name: "ENABLE_JAVA_TLS", value: "true")],
    note: note, source: "jvm/jattach.go, jvm/tls.go")

  static let javaProfiles = CapabilityRow(
    feature: "nodeAgent.features.jvm", with: "profiles.enabled",
    isOn: { $0.nodeAgent.features.jvm && $0.sendsProfiles }, grants: attaching,
    settingsWhenOn: [.init(name: "ENABLE_JAVA_ASYNC_PROFILER", value: "true")],
    note: note, source: "jvm/jattach.go, jvm/async_profiler.go, profiling/profiling.go")
}
