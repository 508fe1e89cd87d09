// SPDX-License-Identifier: Apache-2.0

extension CorootOutcome {
  /// The outcome as one word in CamelCase.
  public var reason: String {
    switch self {
    case .ready: "Ready"
    case .unreachable: "Unreachable"
    case .notCoroot: "NotCoroot"
    case .serverError: "ServerError"
    case .loginRefused: "LoginRefused"
    case .adminPasswordUnset: "AdminPasswordUnset"
    case .sessionRefused: "SessionRefused"
    case .anonymousRole: "AnonymousRole"
    case .notAdmin: "NotAdmin"
    case .projectMissing: "ProjectMissing"
    case .guardMissing, .defaultProject, .keylessAccepted: "KeylessIngestion"
    case .integrationRefused(let which, _): "\(which.name)Refused"
    case .savedButFailed: "MigrationFailed"
    case .integrationNotKept(let which, _): "\(which.name)NotKept"
    case .viewerRefused: "ViewerRefused"
    }
  }

  /// What was found, as one sentence without the final stop.
  public var sentence: String {
    switch self {
    case .ready: "Coroot is set up as wanted"
    case .unreachable(let cause): "Coroot does not answer: \(cause)"
    case .notCoroot(let answered): "what answers is not Coroot's API: \(answered)"
    case .serverError(let doing, let answered): "Coroot failed to \(doing): \(answered)"
    case .loginRefused(let cause): "Coroot does not accept the password of user admin: \(cause)"
    case .adminPasswordUnset: "Coroot's user admin has no password, so that the first visitor sets one"
    case .sessionRefused: "Coroot accepted the login of user admin and refuses the session that it gave"
    case .anonymousRole(let role):
      "Coroot gives everybody the role \(role) without a login (auth.anonymous_role), and no login has another role"
    case .notAdmin(let role):
      "Coroot's user admin has \(role.map { "the role \($0), not Admin" } ?? "not the role Admin")"
    case .projectMissing(let name): "Coroot has no project \(name)"
    case .guardMissing(let name):
      "Coroot has no second project \(name), so that it may accept data without an API key"
    case .defaultProject: "Coroot has a project named default, which accepts data without an API key"
    case .keylessAccepted: "Coroot accepts requests without an API key"
    case .integrationRefused(let which, let answered): "Coroot cannot use \(which.name): \(answered)"
    case .savedButFailed(let which, let answered):
      "Coroot stored the \(which.name) integration, and then failed: \(answered)"
    case .integrationNotKept(let which, let fields):
      "Coroot did not store the \(which.name) integration as it was put: \(fields.joined(separator: ", ")) differ"
    case .viewerRefused(let email, let answered): "Coroot gives user \(email) no session of a Viewer: \(answered)"
    }
  }

  /// What to do about it, as one sentence without the final stop; nothing if all is well.
  public var remedy: String {
    switch self {
    case .ready: ""
    case .unreachable: "Check Coroot's pods and the NetworkPolicies between them and the operator"
    case .notCoroot: "Check that Coroot's Service selects Coroot's pods only"
    case .serverError: "Check the log of Coroot's pods, and its database"
    case .loginRefused:
      "Put the password that the UI accepts into the Secret of Coroot's admin, or set the Secret's password in the UI"
    case .adminPasswordUnset: "Log in to the UI as admin and set the password that the Secret of Coroot's admin holds"
    case .sessionRefused: "Restart all replicas of Coroot"
    case .anonymousRole: "Take AUTH_ANONYMOUS_ROLE and auth.anonymous_role out of Coroot's pods and configuration"
    case .notAdmin: "Give user admin the role Admin again, in the database if no other user has it"
    case .projectMissing, .guardMissing: "Restart Coroot, which reads its projects from its configuration at start"
    case .defaultProject: "Delete or rename the project default in the UI"
    case .keylessAccepted:
      "Restart Coroot, which takes the keys of its projects from its configuration at start, and keep other projects out"
    case .integrationRefused(.prometheus, _):
      "Check that VictoriaMetrics answers queries from Coroot's pods, and its credentials"
    case .integrationRefused(.clickhouse, _):
      "Check that ClickHouse answers on its native port from Coroot's pods, its user, password and database"
    case .savedButFailed:
      "Check that ClickHouse answers, that its user may create tables and views in the database, and its clusters"
    case .integrationNotKept: "Check whether another client changes Coroot's settings"
    case .viewerRefused: "Check the users in Coroot's UI; the operator creates the user again if it is deleted there"
    }
  }
}
