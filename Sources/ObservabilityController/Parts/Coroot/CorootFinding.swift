// SPDX-License-Identifier: Apache-2.0

import Backends
import ObservabilityAPI
import Rendering

/// What a verdict on a Coroot server comes to, in words for a condition. Pure.
struct CorootFinding {
  private let verdict: CorootVerdict
  private let subject: Subject

  init(_ verdict: CorootVerdict, _ subject: Subject) {
    self.verdict = verdict
    self.subject = subject
  }

  private var namespace: String { subject.spec.namespace }
  private var server: String { "StatefulSet \(namespace)/\(CorootShape.name(of: subject.name))" }
  private var secret: String { CorootShape.adminName(of: subject.name) }
  private var logs: String { "kubectl -n \(namespace) logs statefulset/\(CorootShape.name(of: subject.name))" }

  /// What is wrong; nil if nothing is.
  var finding: Finding? {
    switch verdict.outcome {
    case .ready: nil
    case .unreachable(let cause):
      Finding(
        .serverUnreachable,
        "The API of \(server) cannot be reached: \(cause.withFullStop) Check network policies between the operator and "
          + "namespace \(namespace).")
    case .notCoroot(let answered):
      Finding(
        .unexpectedAnswer,
        "What answers for \(server) is not Coroot's API: \(answered.withFullStop) Check spec.images.coroot.")
    case .serverError(let doing, let answered):
      Finding(.unexpectedAnswer, "\(server) failed to \(doing): \(answered.withFullStop) See \(logs).")
    case .loginRefused, .sessionRefused: login
    case .adminPasswordUnset:
      Finding(
        .administrationLocked,
        "\(server) was started without a password for user admin, and the first visitor sets it. Delete its claim and pods, "
          + "so that it starts with the one in Secret \(secret).")
    case .anonymousRole(let role):
      Finding(
        .administrationLocked,
        "\(server) has the anonymous role \(role), which keeps everyone, the operator too, from administrating it. Remove "
          + "AUTH_ANONYMOUS_ROLE from its environment.")
    case .notAdmin:
      Finding(
        .administrationLocked,
        "User admin of \(server) does not have the role Admin. Give it back with another administrator's account.")
    case .projectMissing(let project), .guardMissing(let project):
      Finding(
        .projectMissing,
        "\(server) has no project \(project), which its configuration declares. Restart it: kubectl -n \(namespace) rollout "
          + "restart statefulset/\(CorootShape.name(of: subject.name)).")
    case .defaultProject, .keylessAccepted: keyless
    case .integrationRefused, .integrationNotKept, .savedButFailed, .viewerRefused: integration
    }
  }

  /// The command is of Coroot 1.24.5 (`main.go`): it asks on a terminal, twice, and changes the user `admin` of the
  /// database that the configuration names.
  private var login: Finding {
    Finding(
      .loginRefused,
      "\(server) does not accept the password of Secret \(namespace)/\(secret): it was changed in the user interface, or the "
        + "Secret was. Write the present one into the Secret: kubectl -n \(namespace) patch secret \(secret) -p "
        + "'{\"stringData\":{\"\(CorootShape.passwordKey)\":\"…\"}}'; or change it back there. For a claim of an earlier "
        + "object, whose password is gone: kubectl -n \(namespace) exec -it \(CorootShape.name(of: subject.name))-0 -- "
        + "/usr/bin/coroot --config=/etc/coroot/config.yaml set-admin-password, which asks for one: enter that of the Secret."
    )
  }

  private var keyless: Finding {
    let cause =
      verdict.outcome == .defaultProject
      ? "a project is named default, which takes what is sent without a key" : "a request without a key was accepted"
    return Finding(
      .keylessAccepted,
      "Whoever reaches \(server) can write to it: \(cause). Delete that project, or its key of zeros, in the user interface."
    )
  }

  private var integration: Finding? {
    switch verdict.outcome {
    case .integrationRefused(let integration, let answered):
      Finding(
        .integrationRefused,
        "\(server) did not take its \(integration.name): \(answered.withFullStop) The server connects by itself: check network "
          + "policies and certificates for its pods.")
    case .integrationNotKept(let integration, let fields):
      Finding(
        .unexpectedAnswer,
        "\(server) did not keep \(fields.joined(separator: ", ")) of its \(integration.name). Check that spec.images.coroot is "
          + "of the version that this release is made for.")
    case .savedButFailed(let integration, let answered):
      Finding(
        .migrationFailed,
        "\(server) stored its \(integration.name) and could not make its tables: \(answered.withFullStop) It is tried again."
      )
    case .viewerRefused(let email, let answered):
      Finding(
        .unexpectedAnswer,
        "\(server) gave no session for user \(email), with which the gatekeeper lets people in: \(answered.withFullStop)"
      )
    default: nil
    }
  }
}
