// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore

/// A standby takes over from a leader that was killed, and does its work.
enum FailOverCheck {
  static let check = Check("fail-over", "a standby takes over after kill -9 and repairs what happens then") { stage in
    let before = try await stage.wait(for: "Ready", "True")
    let change = try await stage.operators.failOver()
    let request = "kill -9 of \(change.killed); then \(Request.get(.leases, Names.operator))"
    try expect(change.killed != change.successor, "another replica to lead", observed: change.successor, request)
    let child = try await stage.admin.client.get(.daemonSets, Names.child)
    try await stage.admin.client.delete(.daemonSets, child.key, DeleteOptions(uid: child.uid))
    try await stage.admin.wait(
      for: "the DaemonSet to come back from \(change.successor)", .daemonSets, child.key
    ) { $0.uid != child.uid && !$0.isBeingDeleted }
    let after = try await stage.wait(for: "Ready", "True")
    try expect(
      before.uid == after.uid, "the same object", observed: Digest.text(after),
      Request.get(.observabilities, Names.object))
  }
}
