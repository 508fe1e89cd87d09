// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import ProcessSupport

@testable import NodePreflight

/// A node made of namespaces: a process 1 with mounts and a network of its own, on this machine's kernel.
///
/// Preflight must find the same on every machine, whatever is mounted there. So everything that it checks is mounted for
/// the node alone: `/run`, and a `/sys` that holds nothing else.
final class Node: Sendable {
  /// A difference from a node that is fit.
  enum Trait: Hashable, Sendable {
    case noTracefs, lockedDown, noRuntime, silentRuntime, linkedRuntime(String), cgroup(Cgroup)
  }

  /// The layout of cgroups, with the words that preflight has for it. A fit node has version 2 alone.
  enum Cgroup: String, CaseIterable, Sendable {
    case v1 = "cgroup v1;"
    case hybrid = "cgroup v1 and v2 (hybrid);"
    case v2 = "cgroup v2;"
    case none = "no cgroup file system is mounted at /proc/1/root/sys/fs/cgroup"

    fileprivate var mounts: [String] {
      switch self {
      // Preflight does not read the controllers' folders.
      case .v1: ["mount -t tmpfs cgroup /sys/fs/cgroup"]
      case .hybrid: v1 + ["mkdir /sys/fs/cgroup/unified", "mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified"]
      case .v2: ["mount -t cgroup2 cgroup2 /sys/fs/cgroup"]
      // A file system that is neither kind, for `/sys` itself is a tmpfs.
      case .none: ["mount -t ramfs none /sys/fs/cgroup"]
      }
    }

    private var v1: [String] { Self.v1.mounts }
  }

  private static let listener = "containerd.sock"
  private static let delays = "task_delayacct"

  private let folder: TemporaryFolder
  private let runtime: Int32
  /// The unshare(1) that made the namespaces, and which takes process 1 with it when it ends.
  private let holder: ChildProcess

  init(_ traits: Set<Trait> = []) async throws {
    folder = try TemporaryFolder()
    try folder.write(Self.delays, "0\n")
    runtime = try Self.listen(folder.path + "/" + Self.listener, answers: !traits.contains(.silentRuntime))
    holder = try ChildProcess(
      "/usr/bin/unshare",
      [
        "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", Self.script(traits),
        folder.path,
      ])
    try await holder.output.waitForLine(containing: "ready")
  }

  deinit {
    holder.signal(SIGKILL)
    if runtime >= 0 { close(runtime) }
  }

  /// Mounts what the node has and then waits, not longer than a test may take.
  private static func script(_ traits: Set<Trait>) -> String {
    var lines = [
      "set -e", "mount -t tmpfs run /run", "mkdir -p /run/containerd /run/other", ": > /run/other/runtime.sock",
      "mount --bind $0/\(listener) /run/other/runtime.sock",
      "mount --bind $0/\(delays) /proc/sys/kernel/task_delayacct",
      "mount -t tmpfs sys /sys", "mkdir -p /sys/kernel/tracing /sys/kernel/security /sys/fs/cgroup",
    ]
    if !traits.contains(.noTracefs) { lines.append("mount -t tracefs tracefs /sys/kernel/tracing") }
    if traits.contains(.lockedDown) {
      lines.append("echo 'none integrity [confidentiality]' > /sys/kernel/security/lockdown")
    }
    var (target, layout) = ("../other/runtime.sock", Cgroup.v2)
    for trait in traits {
      if case .linkedRuntime(let other) = trait { target = other }
      if case .cgroup(let other) = trait { layout = other }
    }
    lines += layout.mounts
    if !traits.contains(.noRuntime) { lines.append("ln -s \(target) /run/containerd/containerd.sock") }
    // The default of kernels since 5.19.
    lines.append("echo 2 > /proc/sys/net/netfilter/nf_conntrack_events")
    return (lines + ["echo ready", "exec sleep 300"]).joined(separator: "\n")
  }

  private static func listen(_ path: String, answers: Bool) throws -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard descriptor >= 0, isBound == 0 else { throw HostError("listen at \(path)", errno) }
    if answers { Glibc.listen(descriptor, 64) }
    return descriptor
  }

  /// The setting in the node's network namespace.
  func conntrackEvents() async throws -> String {
    let cat = try ChildProcess(
      "/usr/bin/nsenter", ["--net=/proc/\(holder.id)/ns/net", "cat", "/proc/sys/net/netfilter/nf_conntrack_events"])
    try await cat.waitForEnd()
    return cat.output.all.first ?? cat.errors.text
  }

  /// The setting that stands for the kernel's own, which every namespace shares.
  func taskDelayAccounting() throws -> String { try LinuxHost().readText(folder.path + "/" + Self.delays) }

  /// A file for the termination message.
  func terminationLog() throws -> String { try folder.write("termination-log", "") }

  /// A pipe for the termination message, at which preflight waits for a reader.
  func terminationPipe() throws -> String {
    let path = folder.path + "/pipe"
    guard mkfifo(path, 0o600) == 0 else { throw HostError("make \(path)", errno) }
    return path
  }

  /// Starts preflight in a container on the node.
  func start(_ pod: Pod, terminationLog: String) throws -> ChildProcess {
    let namespaces = "/proc/\(holder.id)/ns"
    let arguments =
      [
        "--pid=\(namespaces)/pid_for_children", "--mount=\(namespaces)/mnt", "--net=\(namespaces)/net",
        "unshare", "--mount", "--net", "sh", "-c", Pod.script, terminationLog,
      ] + pod.launcher + [try Executable.path(), "preflight", "--termination-log", terminationLog] + pod.arguments
    guard let hidden = pod.hiddenProtocol else { return try ChildProcess("/usr/bin/nsenter", arguments) }
    // A filter holds for the thread that sets it, and for the children of that thread.
    return try onOwnThread {
      cl_hide_netlink_protocol(hidden) == 0
        ? Result { try ChildProcess("/usr/bin/nsenter", arguments) }
        : .failure(HostError("set a filter", errno))
    }.get()
  }
}

/// As what preflight runs on a ``Node``.
struct Pod: Sendable {
  var arguments = ["--conntrack-events"]
  var capabilities: Set<Capability> = Set(Capability.allCases)
  var user = 0
  /// A program that the kernel is to tell another version of itself.
  var seesOldKernel = false
  /// A protocol of netlink that the kernel is to lack.
  var hiddenProtocol: Int32?

  /// What a container runtime does: `/proc/sys` and the root are read-only, `/run` is the container's own, and only the
  /// termination message is mounted writable. Prints the setting of its own network namespace at last.
  static let script = """
    set -e
    mount --bind "$0" "$0"
    mount -t tmpfs run /run
    mount --bind /proc/sys /proc/sys
    mount -o remount,bind,ro /proc/sys
    mount -o remount,bind,ro /
    set +e
    "$@"
    code=$?
    cat /proc/sys/net/netfilter/nf_conntrack_events
    exit $code
    """

  var launcher: [String] {
    let bounding = ["-all"] + capabilities.map { "+" + $0.name.lowercased() }.sorted()
    let identity = user == 0 ? [] : ["--reuid=\(user)", "--regid=\(user)", "--clear-groups"]
    return (seesOldKernel ? ["setarch", "--uname-2.6"] : []) + ["setpriv", "--no-new-privs", "--inh-caps=-all"]
      + ["--bounding-set=" + bounding.joined(separator: ",")] + identity
  }
}

/// What a ``Node`` takes from this machine: root's rights and the kernel.
enum Machine {
  /// The reason why there can be no node here; nil if there can be one.
  static let obstacle: String? = {
    guard geteuid() == 0 else { return "needs root" }
    for tool in ["unshare", "nsenter", "setpriv", "setarch", "mount"] where access("/usr/bin/\(tool)", X_OK) != 0 {
      return "no /usr/bin/\(tool) (util-linux)"
    }
    // Root of another user namespace mounts no tracefs and reads no accounting of tasks.
    let identities = (try? LinuxHost().readText("/proc/self/uid_map"))?.split(separator: " ") ?? []
    guard identities == ["0", "0", "4294967295"] else { return "root of a user namespace only" }
    let unshared = try? onOwnThread { unshare(0x6002_0000 /* CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET */) }
    guard unshared == 0 else { return "no right to make namespaces" }
    return kernelObstacle
  }()

  private static var kernelObstacle: String? {
    do {
      // These questions make the kernel load its modules, connection tracking among them.
      for check in [TaskstatsCheck(), ConntrackCheck()] as [any Check] {
        if case .lack(_, let seen) = try check.look(at: LinuxHost()) { return seen }
      }
      guard access("/proc/sys/net/netfilter/nf_conntrack_events", F_OK) == 0 else {
        return
          "no /proc/sys/net/netfilter/nf_conntrack_events: the kernel has no connection tracking, or without events"
      }
      let types = try LinuxHost().readText("/proc/filesystems").split(separator: "\n").map { $0.split(separator: "\t") }
      for type in ["tracefs", "cgroup2"] where !types.contains(where: { $0.last.map(String.init) == type }) {
        return "a kernel without \(type)"
      }
      let lockdown = (try? LinuxHost().readText("/sys/kernel/security/lockdown")) ?? ""
      return lockdown.contains("[confidentiality]") ? "a kernel that is locked down for confidentiality" : nil
    } catch {
      return "\(error)"
    }
  }
}
