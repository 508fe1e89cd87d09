// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Checking
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import ObservabilityController

/// Reads an object and its surroundings, and prints what is right and wrong.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Print what is right and wrong around an Observability, with the command that mends it.",
    discussion: """
      Reads with your own kubeconfig and changes nothing. Whether the operator's account has its rights is asked by \
      SubjectAccessReviews, which the API server answers and does not store. No Secret is read. Ends with 0 if nothing is \
      wrong, also with warnings; with 1 if something is; and with 2 if it could not be read whether something is, or the \
      command line or the kubeconfig cannot be used.
      """)

  /// How the report is printed.
  enum Output: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Argument(help: "The object; without it, every Observability.")
  var name: String?

  @Option(
    help: """
      A kubeconfig; else those that KUBECONFIG lists, merged, the pod's own service account, or ~/.kube/config. Its \
      credential plugins are run without a terminal.
      """)
  var kubeconfig: String?

  @Option(help: "The context of the kubeconfig; else its current-context.")
  var context: String?

  @Option(help: "Where the operator is; else \(RoleManifests.operatorNamespace), or wherever its Deployment is found.")
  var operatorNamespace: String?

  @Option(name: [.short, .customLong("output")], help: "text or json.")
  var output = Output.text

  func run() async throws {
    let report: CheckReport
    do {
      let configuration = try ClusterConfiguration.discover(kubeconfig: kubeconfig, context: context)
      report = try await self.report(on: configuration)
    } catch {
      complain("\(error)")
      throw ExitCode(2)
    }
    switch output {
    case .text: print(report.text, terminator: "")
    case .json: print(JSONWriter.text(report.json, order: .asGiven, indented: true))
    }
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }

  private func report(on configuration: ClusterConfiguration) async throws -> CheckReport {
    let userAgent = "observability-operator-check/\(DefaultImages.release)"
    let transport = try CurlTransport(userAgent: userAgent)
    let client = KubernetesClient(
      transport: transport, configuration: configuration, options: .init(userAgent: userAgent))
    let survey = Survey(
      client, place: .init(namespace: operatorNamespace, lease: OperatorService.leaseName))
    let surroundings = try await survey.read(server: configuration.server, name: name)
    await transport.shutdown()
    return CheckReport(surroundings)
  }
}
