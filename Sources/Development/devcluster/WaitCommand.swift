// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import JSON
import KubernetesClient
import KubernetesCore

/// Waits for a condition, for machines without kubectl.
struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until an Observability has a condition; say why not if it does not in time.")

  @Option(help: ArgumentHelp("The kubeconfig that run wrote.", valueName: "path"))
  var kubeconfig: String

  @Option(name: .customLong("for"), help: "The condition: condition=Ready.")
  var condition: String

  @Option(help: "How long at most, in seconds: 60s.")
  var timeout = "60s"

  @Argument(help: "The object: observability/platform.")
  var object: String

  private static let apiVersion = "observability.cozystack.io/v1alpha1"

  func run() async throws {
    let parts = object.split(separator: "/", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw ValidationError("\(object): write type/name") }
    guard condition.hasPrefix("condition="), let seconds = Int(timeout.filter { $0 != "s" }) else {
      throw ValidationError("--for takes condition=NAME, --timeout seconds such as 60s")
    }
    let name = String(condition.dropFirst("condition=".count))
    let cluster = try Cluster(kubeconfig: kubeconfig)
    guard let type = try await cluster.type(named: parts[0], apiVersion: Self.apiVersion) else {
      throw ValidationError("the server does not serve \(parts[0]); apply config/crd first")
    }
    let query = ListQuery(fieldSelector: "metadata.name=\(parts[1])")
    let client = cluster.client
    let isMet = try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        while true {
          let list = try await client.list(type, query)
          if list.items.contains(where: { Self.has($0, name) }) { return true }
          let watch = WatchQuery(fieldSelector: query.fieldSelector, resourceVersion: list.resourceVersion)
          for try await event in try await client.watch(type, watch) {
            switch event {
            case .added(let object), .modified(let object): if Self.has(object, name) { return true }
            case .deleted, .bookmark: break
            }
          }
        }
      }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        return false
      }
      defer { group.cancelAll() }
      return try await group.next() ?? false
    }
    guard isMet else {
      let last = try await client.list(type, query).items.first
      print("\(object) is not \(name) after \(timeout): \(Self.reason(last, name))")
      await cluster.close()
      throw ExitCode(1)
    }
    await cluster.close()
  }

  private static func find(_ object: KubernetesObject, _ name: String) -> JSONValue? {
    object[path: "status", "conditions"]?.array?.first { $0["type"]?.string == name }
  }

  private static func has(_ object: KubernetesObject, _ name: String) -> Bool {
    let condition = find(object, name)
    return condition?["status"] == "True" && condition?["observedGeneration"]?.integer == object.generation
  }

  private static func reason(_ object: KubernetesObject?, _ name: String) -> String {
    guard let object else { return "it is not there" }
    guard let condition = find(object, name) else { return "it has no such condition" }
    return "\(condition["reason"]?.string ?? ""): \(condition["message"]?.string ?? "")"
  }
}
