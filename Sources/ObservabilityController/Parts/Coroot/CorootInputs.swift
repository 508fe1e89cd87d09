// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

extension CorootPart {
  /// What the Coroot server is rendered from and asked with.
  struct Inputs: Sendable {
    /// Nil until the keys and the password, which are made up once, are there.
    var server: CorootInputs?
    var facts: PlatformFacts
    /// The API key of the project, for whatever sends data to it.
    var key: CorootSecret?
    /// What tells that key from the next, for the templates of whatever sends data; known with the key.
    var keysHash: String?
    var access: CorootAccess?
    var demand: CorootDemand?
    var integrations: CorootIntegrations
    /// Whether ClickHouse was surveyed as it is asked for now, and takes what a server makes of it.
    var isClickHouseReady = false
    /// The volume that claims were made for, which may differ from what the object asks for by now.
    var volume: VolumeClaim
    var pods: [AgentPod] = []
    var claims: [GatewayClaim] = []
    /// Why claims cannot be read.
    var claimsFailure: KubernetesError?
    /// What the server last answered.
    var answer: CorootAnswer?
    /// The session with which the gatekeeper lets users in; nil until the server gave one.
    var viewerSession: CorootSecret?
    /// Whether nothing of the servers is known: their children stay as they are.
    var isWaiting = false
    /// Whether meanwhile the servers must take no data.
    var isClosing = false
    /// Whether the Secrets that are made up once are still to be made.
    var lacksSecrets = false
    /// What keeps the rest from being known; nil if another part's condition says it.
    var finding: Finding?
  }
}
