// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import KubernetesCore
import ObservabilityAPI

extension ObservabilityReconciler {
  /// Finds the metrics backend.
  func resolveBackend(_ pass: inout Pass) {
    guard let spec = pass.observability?.spec else { return }
    // Secrets lie in the namespace of the children; without it they are missing, whatever a watch of them says.
    let hasNamespace = pass.hasNamespace
    pass.resolution = MetricsResolution.resolve(spec, domain: settings.clusterDomain) { [informers] type, key in
      type == .secrets && !hasNamespace ? .absent : informers.lookup(type, key)
    }
    switch pass.resolution {
    case .pending: pass.isPending = true
    case .blocked(let finding): pass.conditions.metrics = .bad(finding)
    case .resolved: break
    }
  }

  /// Asks the metrics backend how it is.
  func askBackend(_ pass: inout Pass) async {
    guard let observability = pass.observability, case .resolved(var backend) = pass.resolution else { return }
    // With Scrape the platform's vmagent writes, and to where it is told: only reading is ours to check.
    if observability.spec.metrics.delivery == .scrape, backend.readURL != nil { backend.writeURL = nil }
    let answer = await monitor.answer(for: observability.name, backend: backend)
    pass.answer = answer
    pass.conditions.metrics = Self.state(answer.verdict, backend: backend, spec: observability.spec)
  }

  /// What the verdict on the backend comes to, as a condition.
  static func state(
    _ verdict: BackendVerdict, backend: MetricsBackend, spec: ObservabilitySpec
  ) -> PartState {
    guard !verdict.isReady else {
      let urls = [backend.writeURL, backend.readURL].compactMap(\.self).joined(separator: " and ")
      return .good(Finding(.reachable, "\(urls) answered."))
    }
    let sentence = verdict.sentence.prefix(1).uppercased() + verdict.sentence.dropFirst()
    let kept =
      spec.metrics.delivery == .push ? "; agents keep up to \(spec.nodeAgent.spoolSize) each meanwhile" : ""
    return .bad(Finding(reason(verdict), "\(sentence)\(kept). \(verdict.remedy)."))
  }

  private static func reason(_ verdict: BackendVerdict) -> ConditionReason {
    switch verdict {
    case .ready: .reachable
    case .unreachable, .invalidURL: .unreachable
    case .addressRefused: .addressRefused
    case .tlsFailed: .tlsFailed
    case .redirected: .redirected
    case .unauthorized: .unauthorized
    case .notVictoriaMetrics: .notVictoriaMetrics
    case .degraded: .refused
    }
  }
}
