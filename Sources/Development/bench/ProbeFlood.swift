// SPDX-License-Identifier: Apache-2.0

import Glibc
import Harness
import KubernetesClient
import ProcessSupport

/// Clients that open the probe port's connections, ask for the metrics again and again, and read nothing.
///
/// The pod's limit is the bar: beyond it the kernel ends the process, and with it the operator of the whole cluster. What
/// the kernel holds for sockets counts against the limit too, so it is part of the figure.
struct ProbeFlood {
  let executable: String
  let served: ServedCluster

  /// One fewer than the server admits, so that none gives way.
  private static let connections = 63
  private static let requests = 600
  /// Waves of connections; each takes the place of the one before.
  private static let waves = 5
  /// `resources.limits.memory` of `config/manager/deployment.yaml`, in MiB.
  private static let limit = 128

  func measure() async throws -> [Figure] {
    try await Subject.run(executable, served) { subject in
      try await subject.cluster.apply(TestCluster.object())
      try await subject.cluster.wait(condition: "Ready")
      try await subject.settle(passes: 1)
      let process = subject.running.process.id
      let answer = try await subject.running.get("/metrics").body.utf8.count
      let (port, before) = (try await port(of: subject), try Usage(of: process))
      var (probes, most): ([Duration], Int) = ([], 0)
      for _ in 0..<Self.waves {
        let clients = try (0..<Self.connections).map { _ in try Client(port, requests: Self.requests) }
        for _ in 0..<10 {
          let start = ContinuousClock.now
          guard try await subject.running.get("/healthz").status == 200 else { throw Unmeasured("/healthz fails") }
          probes.append(.now - start)
          try await ContinuousClock().sleep(for: .milliseconds(100))
          most = max(most, try Self.socketMemory())
        }
        withExtendedLifetime(clients) {}
      }
      let after = try Usage(of: process)
      let total = after.peak + most
      return [
        .count(
          "probe port flooded: MiB, resident and sockets, at most the pod's limit", (total + 1 << 20 - 1) >> 20,
          atMost: Self.limit,
          parts:
            "\(Self.waves) × \(Self.connections) clients × \(Self.requests) GET /metrics of \(answer) bytes, none read; "
            + "\(before.peak.mebibytes) before, \(after.peak.mebibytes) peak, \(most.mebibytes) of TCP on this machine"),
        .times("probe port flooded: /healthz", probes, aim: .seconds(1)),
      ]
    }
  }

  private func port(of subject: Subject) async throws -> UInt16 {
    let address = try await subject.running.address()
    guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) else {
      throw Unmeasured("no port in \(address)")
    }
    return port
  }

  /// What the kernel holds for TCP, both ends and all processes, from `/proc/net/sockstat` in pages.
  private static func socketMemory() throws -> Int {
    let line =
      try ProcessFile("/proc/net/sockstat").text.split(separator: "\n").first { $0.hasPrefix("TCP: ") }?.split(
        separator: " ") ?? []
    guard let name = line.firstIndex(of: "mem"), let pages = line.dropFirst(name + 1).first.flatMap({ Int($0) }) else {
      throw Unmeasured("/proc/net/sockstat has no memory of TCP")
    }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
}

/// A connection whose requests are sent as far as the server takes them, and whose answers are not read.
private final class Client {
  private let descriptor: Int32

  init(_ port: UInt16, requests: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Unmeasured("connect to port \(port): \(String(cString: strerror(errno)))") }
    // In pieces below the longest request, as an attacker would who knows the limit.
    let request = Array("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
    for _ in 0..<requests {
      guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) == request.count else {
        return
      }
    }
  }

  deinit { close(descriptor) }
}
