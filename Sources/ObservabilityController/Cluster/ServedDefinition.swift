// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Synchronization

/// How the CustomResourceDefinition that the cluster serves differs from that of this release.
///
/// Queried only if something gives reason to: an object lacks a default, or has a field that is unknown here, or its status
/// is refused. So it costs no request while both are of one release. The answer is the schema that the API server
/// publishes to every client, and needs no right on definitions.
final class ServedDefinition: Sendable {
  /// How long an answer is used.
  static let pause = Duration.seconds(60)

  private struct State {
    var difference: DefinitionDifference?
    var queried: Duration?
  }

  private let api: any KubernetesAPI
  private let environment: RuntimeEnvironment
  private let logger: Logger
  private let state = Mutex(State())

  init(api: any KubernetesAPI, environment: RuntimeEnvironment, logger: Logger) {
    self.api = api
    self.environment = environment
    self.logger = logger
  }

  /// What differs, as far as that is known; nil if nothing does.
  var difference: DefinitionDifference? { state.withLock { $0.difference } }

  /// Compares again if there is reason to, and the last answer is not fresh.
  ///
  /// - Parameter isRefused: whether the API server has just refused a field, so that an answer before that says nothing.
  func compare(isSuspect: Bool, isRefused: Bool = false) async {
    let now = environment.now()
    let isDue = state.withLock { state in
      guard isRefused || isSuspect || state.difference != nil else { return false }
      guard isRefused || state.queried.map({ now - $0 >= Self.pause }) ?? true else { return false }
      state.queried = now
      return true
    }
    guard isDue else { return }
    // Without an answer, what is known stands.
    guard let schema = try? await api.schema(of: .observabilities) else { return }
    let found = DefinitionDifference(served: schema)
    let difference = found.isEmpty ? nil : found
    let isNews = state.withLock { state in
      defer { state.difference = difference }
      return state.difference != difference
    }
    if isNews { report(difference) }
  }

  private func report(_ difference: DefinitionDifference?) {
    guard let difference else { return logger.info("definition is of this release") }
    var metadata: Logger.Metadata = ["definition": "\(CustomResourceDefinition.name)", "remedy": "\(Self.remedy)"]
    if !difference.missing.isEmpty { metadata["missing"] = "\(difference.missing.joined(separator: " "))" }
    if !difference.unknown.isEmpty { metadata["unknown"] = "\(difference.unknown.joined(separator: " "))" }
    logger.warning("definition of another release", metadata: metadata)
  }

  fileprivate static let remedy =
    "apply config/crd of release \(DefaultImages.release), or run the definition's release"
}

extension DefinitionDifference {
  /// How many fields a message names.
  private static let namedFields = 5

  /// What keeps an object from being ready: fields that have no room in the cluster.
  var finding: Finding? {
    guard !missing.isEmpty else { return nil }
    return Finding(
      .definitionOutdated,
      "CustomResourceDefinition \(CustomResourceDefinition.name) is older than this operator: it lacks "
        + "\(Self.list(missing)), which the API server cannot store. Run kubectl apply -k config/crd of release "
        + "\(DefaultImages.release).")
  }

  /// What is said of fields that this release does not know.
  var remark: String? {
    guard !unknown.isEmpty else { return nil }
    return "CustomResourceDefinition \(CustomResourceDefinition.name) is newer than this operator, release "
      + "\(DefaultImages.release), which does not know \(Self.list(unknown)). Leave what it does not know unset, or "
      + "upgrade the operator."
  }

  private static func list(_ fields: [String]) -> String {
    let more = fields.count - namedFields
    return fields.prefix(namedFields).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }
}

extension ObservabilityReconciler {
  /// Finds out whether the cluster's definition of the kind is of another release, if the object looks as if it were.
  func compareDefinition(_ pass: inout Pass, isRefused: Bool = false) async {
    await definition.compare(isSuspect: decoded.isSuspect(pass.object), isRefused: isRefused)
    pass.definition = definition.difference
    decoded.set(pass.definition)
    // Nothing else tells when the definition is replaced.
    if pass.definition != nil { pass.nextLooks.append(ServedDefinition.pause) }
  }
}
