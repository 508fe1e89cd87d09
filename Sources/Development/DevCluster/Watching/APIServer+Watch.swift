// SPDX-License-Identifier: Apache-2.0

import JSON

extension APIServer {
  func watch(_ request: APIRequest, _ target: RequestTarget, _ type: ServedType) throws(APIStatus) -> APIResponse {
    let form = try Representation.accepted(by: request)
    let selection = try Selection(request, target, type)
    try ListOptions.check(request, isWatch: true)
    let start = try WatchStart(request, current: store.revision)
    let (frames, continuation) = AsyncStream.makeStream(
      of: [UInt8].self, bufferingPolicy: .bufferingOldest(configuration.watchBuffer))
    var watcher = Watcher(
      type: type, selection: selection, form: form,
      allowsBookmarks: request.flag("allowWatchBookmarks"), revision: store.revision, continuation: continuation)
    if case .watch(let fault) = inEffect { watcher.fault = fault }
    nextWatcher += 1
    let id = nextWatcher

    let oldest = store.oldestWatchable(type.storage)
    if let revision = start.revision, revision < oldest {
      let gone = APIStatus.expired("too old resource version: \(revision) (\(oldest))")
      continuation.yield(WatchFrame(kind: "ERROR", object: gone.body).bytes)
      continuation.finish()
      return Self.stream(frames) {}
    }
    if let revision = start.revision {
      watcher.revision = min(revision, store.revision)
      if revision > store.revision { watcher.revision = revision }
      tell(&watcher, store.changes)
    } else {
      watcher.revision = readRevision
      for (_, object) in store.snapshot(type.storage, at: watcher.revision) ?? [] {
        let object = present(object, as: type)
        if selection.contains(object) { send("ADDED", object, to: &watcher) }
      }
      if start.sendsInitialEventsEnd, watcher.allowsBookmarks {
        _ = watcher.send(bookmark(watcher, annotations: ["k8s.io/initial-events-end": "true"]))
      }
    }
    if watcher.isOver { return Self.stream(frames) {} }
    watcher.timer = timer(id, request)
    watchers[id] = watcher
    continuation.onTermination = { [weak self] _ in
      guard let self else { return }
      Task { await self.endWatch(id) }
    }
    return Self.stream(frames) { continuation.finish() }
  }

  /// Tells all watchers what happened since they were told last.
  func deliver() {
    guard frozen == nil, store.revision > delivered else { return }
    // More may change at once than is remembered.
    guard let news = store.changes(after: delivered) else {
      delivered = store.revision
      expireWatches()
      return
    }
    delivered = store.revision
    for (id, var watcher) in watchers {
      tell(&watcher, news)
      if watchers[id] != nil { watchers[id] = watcher }
    }
  }

  /// Ends one watch, from whichever side.
  func endWatch(_ id: Int) {
    guard let watcher = watchers.removeValue(forKey: id) else { return }
    watcher.timer?.cancel()
    watcher.continuation.finish()
  }

  /// Ends all watches, as a server that restarts does.
  public func endWatches() {
    for id in Array(watchers.keys) { endWatch(id) }
  }

  private func tell(_ watcher: inout Watcher, _ changes: some Sequence<Store.Change>) {
    let type = watcher.type
    let newest = frozen ?? .max
    for change in changes where change.revision > watcher.revision && change.revision <= newest {
      watcher.revision = change.revision
      if let event = watcher.event(change, { present($0, as: type) }) { send(event.kind, event.object, to: &watcher) }
    }
  }

  private func send(_ kind: String, _ object: JSONValue, to watcher: inout Watcher) {
    let shown: JSONValue
    if case .table(let rows) = watcher.form {
      let table = Table(type: watcher.type, objects: rows, now: configuration.now())
      shown = table.table(
        [object], metadata: ["resourceVersion": object.meta["resourceVersion"] ?? ""],
        withColumns: !watcher.hasSentColumns)
      watcher.hasSentColumns = true
    } else {
      shown = represent(object, watcher.type, watcher.form)
    }
    if !watcher.send(WatchFrame(kind: kind, object: shown, key: object.objectKey)) {
      // A client that does not read loses its watch, never a frame out of the middle of it.
      watcher.continuation.finish()
    }
  }

  private func bookmark(_ watcher: Watcher, annotations: JSONValue? = nil) -> WatchFrame {
    var metadata: JSONValue = ["resourceVersion": .string(String(max(watcher.revision, frozen ?? store.revision)))]
    if let annotations { metadata["annotations"] = annotations }
    if !watcher.type.isCustom { metadata["creationTimestamp"] = .null }
    var object: JSONValue = ["kind": .string(watcher.type.kind), "apiVersion": .string(watcher.type.apiVersion)]
    object["metadata"] = metadata
    return WatchFrame(kind: "BOOKMARK", object: represent(object, watcher.type, watcher.form))
  }

  private func sendBookmark(_ id: Int) {
    guard frozen == nil, let watcher = watchers[id], watcher.allowsBookmarks else { return }
    _ = watchers[id]?.send(bookmark(watcher))
  }

  /// Bookmarks at intervals and shortly before the end, and the end itself.
  private func timer(_ id: Int, _ request: APIRequest) -> Task<Void, Never> {
    let timeout = request.parameter("timeoutSeconds").flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil }
    let schedule = WatchSchedule(
      timeout: timeout.map { .seconds($0) } ?? .seconds(30 * 60 + Int64(id % 30) * 60),
      interval: configuration.bookmarkInterval)
    return Task { [weak self, sleep = configuration.sleep] in
      var elapsed = Duration.zero
      for step in schedule.steps() {
        guard (try? await sleep(step.at - elapsed)) != nil else { return }
        elapsed = step.at
        switch step.action {
        case .bookmark: await self?.sendBookmark(id)
        case .end: await self?.endWatch(id)
        }
      }
    }
  }

  private static func stream(
    _ frames: AsyncStream<[UInt8]>, cancel: @escaping @Sendable () -> Void
  ) -> APIResponse {
    APIResponse(
      status: 200, headers: [("Content-Type", "application/json")],
      body: .stream(WatchStream(frames: frames, cancel: cancel)))
  }
}
