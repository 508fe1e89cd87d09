// SPDX-License-Identifier: Apache-2.0

/// How a Coroot server was found, and what the check changed in it.
public struct CorootVerdict: Hashable, Sendable {
  /// What was found: the first thing that is not as wanted, or ``CorootOutcome/ready``.
  public var outcome: CorootOutcome
  /// The project's ID; nil if the check did not come that far. Another one than before means a lost database.
  public var projectID: String?
  /// Integrations that were put and found stored on reading back, those whose migration failed included. After a change
  /// of ClickHouse every replica must restart: until then it keeps writing to the old place. A caller that may end
  /// before it has noted the change better derives the restart from what is wanted, by a hash in the pods' template.
  public var changed: Set<CorootIntegration> = []
  /// Those of ``changed`` that were empty before: the database is new or lost. The others were another's, or older.
  public var wasUnset: Set<CorootIntegration> = []
  /// Integrations that were put and whose put failed after storing, or could not be read back: ``CorootDemand/putAgain``
  /// of the next run is to name them, since nothing may differ any more. That run puts them, and reports them as changed;
  /// their presence in its demand means that no other writer changed them.
  public var putAgain: Set<CorootIntegration> = []
  /// Whether the ClickHouse integration is stored as wanted and its tables were made, and requests without a key are
  /// refused: what data may be sent on. What is wrong with Prometheus, the viewer or the status does not count.
  public var isClickHouseStored = false
  /// What the project says of itself; nil if the check did not come that far.
  public var status: CorootStatus?
  /// The value of the viewer's session cookie, checked in this run; nil if there is none.
  public var viewerSession: CorootSecret?
  /// How many requests the check sent.
  public var requests: Int = 0

  /// A verdict without changes.
  public init(_ outcome: CorootOutcome) {
    self.outcome = outcome
  }
}

/// What a check of Coroot found. Texts of the server are cleaned, cut and without secrets.
public enum CorootOutcome: Hashable, Sendable {
  /// All is as wanted. Whether data arrives, ``CorootVerdict/status`` tells.
  case ready
  /// No answer, or not in time.
  case unreachable(cause: String)
  /// Another server answers, or one below another base path: HTML where JSON is due, say.
  case notCoroot(answered: String)
  /// The server failed at something, as a verb phrase.
  case serverError(doing: String, answered: String)
  /// The password of user `admin` is not accepted.
  case loginRefused(cause: String)
  /// The server was started without a password: its first visitor sets it.
  case adminPasswordUnset
  /// The session of a login that succeeded is not accepted: replicas hold different secrets.
  case sessionRefused
  /// `auth.anonymous_role` is set: everybody has that role, and no login has another.
  case anonymousRole(String)
  /// User `admin` has another role than Admin; nil if only the server's refusal tells.
  case notAdmin(role: String?)
  /// The server has no project of that name.
  case projectMissing(String)
  /// The server has no second project of that name, so that requests without a key may be accepted.
  case guardMissing(String)
  /// A project is named `default`, which takes what is sent without a key.
  case defaultProject
  /// A request without a key was accepted.
  case keylessAccepted
  /// The server tested the integration and did not store it.
  case integrationRefused(CorootIntegration, answered: String)
  /// The integration is stored as wanted, but the server reported a failure: mostly the migration of ClickHouse, which
  /// every put repeats. See ``CorootDemand/putAgain``.
  case savedButFailed(CorootIntegration, answered: String)
  /// The server said that it stored the integration, and it is not as wanted: the fields that differ.
  case integrationNotKept(CorootIntegration, fields: [String])
  /// The user of the gatekeeper could not be made, or does not get a session of a Viewer.
  case viewerRefused(email: String, answered: String)

  /// Whether all is as wanted.
  public var isReady: Bool { self == .ready }
}
