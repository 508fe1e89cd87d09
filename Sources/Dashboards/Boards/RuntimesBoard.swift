// SPDX-License-Identifier: Apache-2.0

/// What language runtimes say of themselves.
enum RuntimesBoard {
  private static func sum(_ metric: String, by labels: [String] = ["pod"]) -> String {
    Queries.top(Queries.sum(RecordedName.container(metric), Scope.application, by: labels))
  }

  static let dashboard = Dashboard(
    uid: DashboardUID.runtimes, title: "Observability / Runtimes",
    description: "JVM, .NET, Go, Python and Node.js, by pod.",
    variables: [.datasource] + DashboardVariable.scopes(.application) + [.top],
    rows: [
      DashboardRow("JVM", jvm), DashboardRow(".NET", dotnet), DashboardRow("Go", go),
      DashboardRow("Python and Node.js", scripting),
    ], annotations: [.restarts(Scope.application)])

  private static let jvm: [Panel] = [
    .graph(
      "JVM heap", "Used heap, and the most that the JVM may take.", unit: .bytes, noValue: "no JVM found",
      .range(sum("jvm_heap_used_bytes:sum"), "{{pod}} used"), .range(sum("jvm_heap_max_bytes:sum"), "{{pod}} max")),
    .graph(
      "JVM garbage collection", "Share of time spent collecting, by collector.", unit: .ratio, noValue: "no JVM found",
      .range(sum("jvm_gc_seconds:rate5m", by: ["pod", "gc"]), "{{pod}} {{gc}}")),
    .graph(
      "JVM safepoints", "Share of time that all threads stood still.", unit: .ratio, noValue: "no JVM found",
      .range(sum("jvm_safepoint_seconds:rate5m"), "{{pod}}")),
    .graph(
      "JVM allocations", "Bytes a second that programs allocate, as the profiler samples them.", unit: .bytesPerSecond,
      width: 12, needs: [.jvmProfiles], noValue: "no JVM profiled", .range(sum("jvm_alloc_bytes:rate5m"), "{{pod}}")),
    .graph(
      "JVM lock contention", "Seconds a second that threads waited for locks.", unit: .short, width: 12,
      needs: [.jvmProfiles], noValue: "no JVM profiled", .range(sum("jvm_lock_seconds:rate5m"), "{{pod}}")),
  ]

  private static let dotnet: [Panel] = [
    .graph(
      ".NET heap", "Heap by generation.", unit: .bytes, width: 6, needs: [.dotnet], noValue: "no .NET program found",
      .range(sum("dotnet_heap_bytes:sum", by: ["pod", "generation"]), "{{pod}} {{generation}}")),
    .graph(
      ".NET garbage collections", "Collections a second, by generation.", unit: .operationsPerSecond, width: 6,
      needs: [.dotnet], noValue: "no .NET program found",
      .range(sum("dotnet_gc:rate5m", by: ["pod", "generation"]), "{{pod}} {{generation}}")),
    .graph(
      ".NET exceptions", "Exceptions thrown a second, caught ones too.", unit: .operationsPerSecond, width: 6,
      needs: [.dotnet], noValue: "no .NET program found", .range(sum("dotnet_exceptions:rate5m"), "{{pod}}")),
    .graph(
      ".NET thread pool queue", "Work items that wait for a thread.", unit: .none, width: 6, needs: [.dotnet],
      noValue: "no .NET program found", .range(sum("dotnet_queue_length:sum"), "{{pod}}")),
  ]

  private static let go: [Panel] = [
    .graph(
      "Go allocations", "Bytes a second that programs allocate.", unit: .bytesPerSecond, width: 12, needs: [.goHeap],
      noValue: "no Go program profiled", .range(sum("go_alloc_bytes:rate5m"), "{{pod}}")),
    .graph(
      "Go allocated objects", "Objects a second that programs allocate.", unit: .operationsPerSecond, width: 12,
      needs: [.goHeap], noValue: "no Go program profiled", .range(sum("go_alloc_objects:rate5m"), "{{pod}}")),
  ]

  private static let scripting: [Panel] = [
    .graph(
      "Python GIL wait", "Seconds a second that threads waited for the interpreter's lock.", unit: .short, width: 12,
      noValue: "no Python program found", .range(sum("python_lock_wait_seconds:rate5m"), "{{pod}}")),
    .graph(
      "Node.js event loop blocked", "Share of time that the event loop was held up.", unit: .ratio, width: 12,
      noValue: "no Node.js program found", .range(sum("nodejs_blocked_seconds:rate5m"), "{{pod}}")),
  ]
}
