// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// A container runtime listens where the agent looks for one. Without it the agent runs and tracks no container.
///
/// The way to a socket is walked as the agent walks it, so a symbolic link to an absolute path leads into the pod's own
/// file system here too.
struct RuntimeSocketCheck: Check {
  /// The paths that are fixed in the agent, in its order (`containers/containerd.go`, `crio.go`, `dockerd.go`).
  static let paths = [
    "/var/snap/microk8s/common/run/containerd.sock", "/run/k0s/containerd.sock", "/run/k3s/containerd/containerd.sock",
    "/run/containerd/containerd.sock", "/var/run/crio/crio.sock", "/run/crio/crio.sock", "/run/docker.sock",
  ]

  func look(at host: any HostAccess) throws(HostError) -> Finding {
    var silent: HostError?
    for path in Self.paths {
      do {
        try host.connect(HostPath.root + path)
        return .note("container runtime at \(path)")
      } catch {
        // A socket that nobody answers may be a leftover, or a runtime that is just being restarted.
        if error.kind != .missing, silent == nil { silent = error }
      }
    }
    if let silent { throw silent }
    return .lack(.containerRuntimeNotFound, "none of these is there: \(Self.paths.joined(separator: ", "))")
  }
}
