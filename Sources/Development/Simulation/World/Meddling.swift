// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON

/// What befalls the world, drawn at random.
extension World {
  private static let bundles = ["amber", "birch", "cedar"]
  private static let items = ["a", "b", "c", "d"]

  /// One thing that users, other controllers, machines or networks do.
  func meddle() async {
    switch draw(0...99) {
    case ..<34: await changeBundle()
    case ..<42: await deleteBundle(andMakeAnew: draw(0...1) == 0)
    case ..<64: await touchChild()
    case ..<76: if let replica = pick(replicas) { crash(replica) }
    case ..<80: await restart()
    case ..<85: await toggleWatches()
    case ..<88: await server.releaseHeld()
    case ..<91:
      note("watches expire")
      await server.expireWatches()
    case ..<94:
      note("lease taken")
      await server.takeLease("bundles", namespace: "work", by: "intruder-\(draw(0...9))")
    case ..<97:
      note("freeze")
      await server.freeze()
    default:
      note("thaw")
      await server.thaw()
    }
  }

  func changeBundle() async {
    guard let name = pick(Self.bundles) else { return }
    var items: [String: String] = [:]
    for item in Self.items where draw(0...2) > 0 { items[item] = String(draw(0...3)) }
    note("bundle \(name) is \(items.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })")
    await ask(
      "PATCH", "/apis/example.org/v1/namespaces/work/bundles/\(name)?fieldManager=user&force=true",
      Bundle.manifest(name, items: items), "application/apply-patch+yaml")
  }

  private func deleteBundle(andMakeAnew: Bool) async {
    guard let name = pick(Self.bundles) else { return }
    note("bundle \(name) is deleted")
    for child in await server.objects("configmaps", namespace: "work") {
      if child["metadata"]?["labels"]?[Bundle.label]?.string == name { spare(child) }
    }
    await server.delete("bundles", group: "example.org", namespace: "work", name)
    if andMakeAnew { await changeBundle() }
  }

  func touchChild() async {
    let children = await server.objects("configmaps", namespace: "work").filter {
      $0["metadata"]?["ownerReferences"] != nil
    }
    guard let child = pick(children), let name = child["metadata"]?["name"]?.string else { return }
    let path = "/api/v1/namespaces/work/configmaps/\(name)"
    switch draw(0...4) {
    case 0, 1:
      note("child \(name) is deleted")
      spare(child)
      await ask("DELETE", path, nil, "")
    case 2:
      note("child \(name) is edited")
      await ask("PATCH", path, ["data": ["value": "edited"]], "application/merge-patch+json")
    case 3:
      note("child \(name) loses its labels")
      await ask("PATCH", path, ["metadata": ["labels": [Bundle.label: .null]]], "application/merge-patch+json")
    default:
      note("child \(name) loses its owner")
      await ask("PATCH", path, ["metadata": ["ownerReferences": .null]], "application/merge-patch+json")
    }
  }

  private func restart() async {
    await judge()
    // What was there before anybody came is never lost.
    let most = max(0, await server.revision - foundation)
    let kind: Restart =
      switch draw(0...2) {
      case 0: .plain
      case 1: .compacted
      default: .restored(revisions: min(Int64(draw(1...30)), most))
      }
    note("the server restarts, \(kind)")
    await server.restart(kind)
    if kind != .plain { await beginAnew(leaseIsOpen: kind != .compacted) }
  }

  private func toggleWatches() async {
    if draw(0...1) == 0 {
      note("watches held")
      await server.holdWatches(coalescing: draw(0...1) == 0)
    } else {
      note("watches released")
      await server.releaseWatches()
    }
  }

  private func spare(_ child: JSONValue) {
    if let uid = child["metadata"]?["uid"]?.string { spare(uid) }
  }

  private func ask(_ method: String, _ target: String, _ body: JSONValue?, _ type: String) async {
    var request = APIRequest(
      method, target, headers: [("Authorization", "Bearer admin"), ("User-Agent", "user"), ("Content-Type", type)])
    if let body { request.body = JSONWriter.bytes(body) }
    let answer = await server.handle(request)
    note("user \(method) -> \(answer.status)")
  }
}
