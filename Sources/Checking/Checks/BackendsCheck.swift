// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

extension ObjectCheck {
  /// Where data goes: the endpoints that the operator found, and whether Services stand behind them.
  func backendItems(_ spec: ObservabilitySpec) -> [CheckItem] {
    let members: [(name: String, condition: ConditionType, isWanted: Bool)] = [
      ("metricsWrite", .metricsBackendReady, true), ("metricsRead", .metricsBackendReady, true),
      ("clickHouse", .clickHouseReady, spec.clickHouse != nil), ("ui", .uiExposed, spec.coroot.ui.host != ""),
    ]
    return members.flatMap { member -> [CheckItem] in
      guard let url = around.object[path: "status", "endpoints", member.name]?.string else {
        guard member.isWanted, conditions[member.condition.rawValue] != nil else { return [] }
        return [
          item(
            .backends, .skipped,
            "\(member.name) is not known: \(member.condition.rawValue) says why.")
        ]
      }
      // The operator asks the backend itself; its word is in the condition.
      let isGood = conditions[member.condition.rawValue]?.status == .isTrue
      let services = around.services.filter { $0.endpoints.first == member.name }
      return [
        item(
          .backends, isGood ? .ok : .warning, "\(member.name) is \(url).",
          remedy: isGood ? nil : "See \(member.condition.rawValue) above.")
      ] + services.flatMap(serviceItems)
    }
  }

  private func serviceItems(_ around: ServiceSurroundings) -> [CheckItem] {
    let title = "Service \(around.key)"
    let namespace = around.key.namespace ?? ""
    guard case .read(let service) = around.service else {
      return [around.service.unread(.backends, title, object: name)].compactMap(\.self)
    }
    guard let service else {
      return [
        item(
          .backends, .fault, "\(title), which \(around.endpoints.joined(separator: " and ")) leads to, does not exist.",
          remedy: "kubectl -n \(namespace) get services, and correct the address in the object")
      ]
    }
    if let target = service[path: "spec", "externalName"]?.string, service[path: "spec", "type"] == "ExternalName" {
      return [item(.backends, .ok, "\(title) is an alias of \(target).")]
    }
    guard case .read(let slices) = around.slices else {
      return [around.slices.unread(.backends, "EndpointSlices of \(title)", object: name)].compactMap(\.self)
    }
    let addresses = slices.flatMap { $0["endpoints"]?.array ?? [] }
    let ready = addresses.count(where: Self.isReady)
    let selector = (service[path: "spec", "selector"]?.object ?? [:]).map { key, value in "\(key)=\(value.string ?? "")"
    }
    guard ready > 0 else {
      return [
        item(
          .backends, .fault, "\(title) has no ready address: nothing answers behind it (\(addresses.count) not ready).",
          remedy: "kubectl -n \(namespace) get pods"
            + (selector.isEmpty ? "" : " -l \(selector.sorted().joined(separator: ","))"))
      ]
    }
    return [item(.backends, .ok, "\(title) has \(ready) ready \(ready == 1 ? "address" : "addresses").")]
  }

  /// An address without a word on it counts as ready (`EndpointConditions` in `k8s.io/api/discovery/v1/types.go`).
  private static func isReady(_ endpoint: JSONValue) -> Bool { endpoint[path: "conditions", "ready"] != false }

  /// The claims of the gateway and of the Coroot server.
  func volumeItems(_ spec: ObservabilitySpec) -> [CheckItem] {
    guard case .read(let claims) = around.claims else {
      let item = around.claims.unread(
        .volumes, "PersistentVolumeClaims of namespace \(spec.namespace)", object: name)
      return [item].compactMap(\.self)
    }
    return claims.map { claim in
      let phase = claim[path: "status", "phase"]?.string ?? "Pending"
      let size = claim[path: "status", "capacity", "storage"]?.string
      let message = "PersistentVolumeClaim \(claim.key) is \(phase)" + (size.map { ", \($0)" } ?? "") + "."
      guard phase == "Bound" else {
        return item(
          .volumes, phase == "Lost" ? .fault : isReady ? .warning : .fault, message,
          remedy: "kubectl -n \(spec.namespace) describe pvc \(claim.name); kubectl get storageclass")
      }
      return item(.volumes, .ok, message)
    }
  }
}
