// SPDX-License-Identifier: Apache-2.0

/// Which module may build on which.
enum DependencyRules {
  /// Libraries, lowest first: each may build only on those before it. Executables stand above all of them; what only
  /// developers run stands above what ships.
  static let order = [
    "CCurl", "CLinux", "CYAML", "CZlib", "Digests", "Gzip", "CleanText", "JSON", "YAML", "KubernetesCore",
    "HTTPTransport", "KubernetesClient", "Telemetry", "ControllerRuntime", "ObservabilityAPI", "Dashboards",
    "Rendering",
    "Backends", "NodeEligibility", "ObservabilityController", "Checking", "NodePreflight",
    "DevCluster", "Waiting", "LocalServers", "CorootStub", "Harness", "ProcessSupport", "Replay", "Simulation",
  ]

  /// Modules that come with the toolchain.
  private static let toolchain: Set<String> = [
    "Dispatch", "FoundationEssentials", "Glibc", "RegexBuilder", "Synchronization",
  ]

  /// The modules that a file imports.
  static func imports(_ text: String) -> [String] {
    text.matches(
      of:
        #/(?m)^[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?(\w+)/#
    ).map { String($0.1) }
  }

  /// Targets that are not in the order, and dependencies in `Package.swift` that do not point down. Nothing that ships
  /// builds on what does not, nothing in `Sources` on `Tests`, and on an executable only its tests do.
  static func arrows(_ manifest: Manifest) -> [String] {
    manifest.targets.flatMap { target -> [String] in
      guard target.kind != .test else { return [] }
      let strays = target.dependencies.sorted().compactMap { dependency -> String? in
        guard let other = manifest[dependency] else { return nil }
        if other.kind == .test { return "\(target.name) must not build on \(dependency), which is in Tests" }
        if other.kind == .executable { return "\(target.name) must not build on \(dependency), which is an executable" }
        return target.isShipped && !other.isShipped
          ? "\(target.name) ships, so it must not build on \(dependency), which does not" : nil
      }
      return strays + misplaced(target, manifest)
    }
  }

  private static func misplaced(_ target: Manifest.Target, _ manifest: Manifest) -> [String] {
    guard target.kind != .executable else { return [] }
    guard let place = order.firstIndex(of: target.name) else {
      return ["\(target.name) is new: add it to DependencyRules.order, above what it builds on"]
    }
    return target.dependencies.sorted().compactMap { dependency in
      guard manifest[dependency] != nil, !order[..<place].contains(dependency) else { return nil }
      return "\(target.name) must not build on \(dependency), which stands above it"
    }
  }

  /// Imports in `Sources` that are not declared, or that do not point down.
  static func imports(_ file: SourceFile, _ manifest: Manifest) -> [String] {
    guard file.isSource else { return [] }
    guard let target = manifest[file.target] else { return ["\(file.target) is not a target of Package.swift"] }
    return imports(file.text).compactMap { module in
      // StyleRules says where Foundation may be.
      if toolchain.contains(module) || module == "Foundation" { return nil }
      guard target.dependencies.contains(module) else {
        return "imports \(module), which Package.swift does not declare for \(target.name)"
      }
      guard let place = order.firstIndex(of: target.name), let other = order.firstIndex(of: module), other >= place
      else {
        return nil
      }
      return "\(target.name) must not import \(module), which stands above it"
    }
  }

  /// What only developers need must never be part of what ships.
  static func development(_ file: SourceFile, _ manifest: Manifest) -> [String] {
    guard file.isShipped else { return [] }
    return imports(file.text).filter { manifest[$0]?.path.hasPrefix("Sources/Development/") == true }
      .map { "imports \($0), which only tests and development tools may" }
  }

  /// From JSON up to ControllerRuntime nothing knows what is being operated.
  static func generality(_ file: SourceFile) -> [String] {
    let general = order.prefix { $0 != "ObservabilityAPI" }
    guard file.isSource, general.contains(file.target) else { return [] }
    return ["Observability", "Coroot"].filter { file.text.contains($0) }
      .map { "mentions \($0), but \(file.target) must not know what is being operated" }
  }
}
