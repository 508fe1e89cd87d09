// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// A run of all checks against one cluster.
struct Acceptance: Sendable {
  let settings: Settings
  /// Where a line of the report goes.
  let tell: @Sendable (String) -> Void

  /// All checks, in the order in which they run. One more is one line here, and its file in `Checks`.
  static func table(_ settings: Settings) throws -> [Check] {
    [InstallCheck.check, ReadyCheck.ready, ReadyCheck.status, DisplayChecks.columns, DisplayChecks.explain]
      + DriftChecks.all
      + [WriteChecks.touch, WriteChecks.restart, FailOverCheck.check, EligibilityCheck.check]
      + (try SampleChecks.all(settings)) + (try RuleChecks.all(settings)) + (try PolicyChecks.all(settings))
      + DeletionChecks.all + [UninstallCheck.check]
  }

  /// The checks of these groups, with those that they rest on.
  ///
  /// - Throws: ``Refusal`` for a group that does not exist: a typo must not pass for a run without failures.
  static func selected(from checks: [Check], _ groups: Set<String>) throws -> [Check] {
    let known = Set(checks.map(\.group))
    if let unknown = groups.subtracting(known).min() {
      throw Refusal("there is no group of checks \"\(unknown)\"; there are: \(known.sorted().joined(separator: ", "))")
    }
    return checks.filter { groups.isEmpty || groups.contains($0.group) || $0.isFoundation || $0.isFinal }
  }

  /// Runs the checks and leaves the cluster as it was, also if it is cancelled.
  ///
  /// - Parameter capabilities: what the server is taken to be able to, in place of what a probe says.
  /// - Returns: the exit code: 0 if everything passed that was not skipped, 1 if something did not, 2 if nothing was tried.
  func run(capabilities: Capabilities? = nil) async -> Int32 {
    do {
      let checks = try Self.selected(from: try Self.table(settings), settings.groups)
      let admin = try Admin(settings.cluster, patience: settings.patience)
      let code = try await run(checks, admin, capabilities)
      await admin.close()
      return code
    } catch {
      tell("nothing was checked: \(error)")
      return 2
    }
  }

  private func run(_ checks: [Check], _ admin: Admin, _ given: Capabilities?) async throws -> Int32 {
    try await expectServer(admin)
    try await refuseIfInUse(admin)
    let ledger = Ledger(admin)
    let backend = try await StandInBackend()
    let surroundings = Surroundings(admin: admin, ledger: ledger, settings: settings)
    let map = backend.addressMap(beside: try settings.backendAddressMap.map(TextFile.read) ?? "")
    let operators: any OperatorFleet =
      settings.isDeployed
      ? DeployedOperators(admin: admin, patience: settings.patience)
      : try LocalOperators(admin, settings, addressMap: map)
    let probed = try await Capabilities.probe(admin)
    let stage = Stage(
      settings: settings, admin: admin, ledger: ledger, operators: operators, capabilities: given ?? probed,
      surroundings: surroundings, tracesBefore: Set(try await Traces(admin: admin).find().keys))
    let helpers = [Task { await backend.run() }, Task { await StandInKubelet(admin: admin).run() }]
    let code: Int32
    do {
      try await surroundings.complete()
      code = await run(checks, stage)
    } catch {
      tell("nothing was checked: \(error)")
      code = 2
    }
    let problems = await Self.uncancelled { await CleanUp(stage: stage).run() }
    for problem in problems { tell("LEFT     \(problem)") }
    for helper in helpers {
      helper.cancel()
      await helper.value
    }
    return problems.isEmpty ? code : max(code, 1)
  }

  /// Runs checks until the task is cancelled, and prints what became of them.
  private func run(_ checks: [Check], _ stage: Stage) async -> Int32 {
    var report = Report()
    var broken: String?
    for check in checks where !Task.isCancelled {
      let start = ContinuousClock.now
      var verdict = Verdict.passed
      do {
        if let broken, !check.isFinal {
          throw Failure(expected: "the check to run", observed: "\"\(broken)\" failed", request: "see there")
        }
        try await check.run(stage)
      } catch is CancellationError {
        break
      } catch let error as KubernetesError where error.isCancelled {
        break
      } catch {
        verdict = Verdict(error)
      }
      if case .failed = verdict, check.isFoundation { broken = broken ?? check.name }
      report.add(check, verdict, took: .now - start).forEach(tell)
    }
    report.flush().forEach(tell)
    if report.failed > 0 {
      for line in await stage.operators.lastLines() { tell("log      \(line)") }
    }
    tell("the operator ran with \(await stage.operators.credentials())")
    tell(Task.isCancelled ? "interrupted: \(report.closing)" : report.closing)
    return Task.isCancelled ? 130 : report.exitCode
  }

  /// Asks which server this is: an answer of something else must not pass for an empty cluster.
  private func expectServer(_ admin: Admin) async throws {
    let server = settings.cluster.server
    let subject = "\(server), which the kubeconfig names,"
    let remedy = "name a kubeconfig of a Kubernetes cluster that runs"
    let version: String?
    do {
      version = try await admin.json("/version")["gitVersion"]?.string
    } catch let error as KubernetesError {
      throw Refusal("\(subject) does not answer as an API server: \(error); \(remedy)")
    } catch is JSONError {
      version = nil
    }
    guard let version else {
      throw Refusal("\(subject) is no API server: GET /version has no gitVersion; \(remedy)")
    }
    tell("checking \(server), Kubernetes \(version)")
  }

  /// Objects of the product belong to somebody, and so does a running operator.
  private func refuseIfInUse(_ admin: Admin) async throws {
    if let object = try await admin.all(.observabilities).first {
      throw Refusal("Observability \(object.key) exists; name a cluster that has none")
    }
    if !settings.isDeployed, let deployment = try await admin.find(.deployments, Names.operator) {
      throw Refusal("Deployment \(deployment.key) exists; set DEPLOYED=1 to check the operator that it runs")
    }
  }

  /// Runs something to its end whether or not the task is cancelled.
  private static func uncancelled<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
    await Task.detached { await body() }.value
  }
}
