// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import Rendering

/// What holds for whatever exposes the user interface.
@Suite struct UIChildrenTests {
  private static let name = "platform-coroot-gatekeeper"

  private func kinds(_ fixture: UIFixture) -> [String] { fixture.children.map { "\($0.kind) \($0.name)" } }

  @Test("A client of the user's needs no KeycloakClient, one of a realm has a Secret of its own")
  func clientsDiffer() throws {
    let secret = try #require(UIMatrix.all.first { $0.name == "ui-ingress-secret" })
    #expect(
      kinds(secret) == [
        "ServiceAccount \(Self.name)", "Secret \(Self.name)-cookie", "Secret \(Self.name)",
        "NetworkPolicy \(Self.name)",
        "CiliumNetworkPolicy platform-to-coroot", "Service \(Self.name)", "Deployment \(Self.name)",
        "Ingress \(Self.name)",
      ])
    let realm = try #require(UIMatrix.all.first { $0.name == "ui-httproute-realm" })
    #expect(
      kinds(realm) == [
        "ServiceAccount \(Self.name)", "Secret \(Self.name)-cookie", "Secret platform-coroot-client",
        "Secret \(Self.name)", "NetworkPolicy \(Self.name)", "CiliumNetworkPolicy platform-to-coroot",
        "CiliumNetworkPolicy \(Self.name)", "Service \(Self.name)", "Deployment \(Self.name)",
        "KeycloakClient \(Self.name)", "HTTPRoute \(Self.name)",
      ])
  }

  @Test("Without a provider, and in mode AgentsOnly, nothing is rendered") func nothingIsExposedByDefault() {
    let fixture = UIFixture("none", UIMatrix.ofRealm) { ui, _ in ui.oidc = nil }
    #expect(fixture.children.isEmpty)
    let agents = UIFixture("agents", UIMatrix.ofSecret) { ui, spec in
      ui.oidc = UIMatrix.oidc
      spec.mode = .agentsOnly
    }
    #expect(agents.children.isEmpty)
  }

  @Test("Every child is owned, labelled, and where it belongs", arguments: UIMatrix.all)
  func childrenAreOurs(_ fixture: UIFixture) {
    for child in fixture.children {
      let metadata = child.manifest["metadata"]
      #expect(metadata?[path: "labels", "observability.cozystack.io/object"] == "platform")
      #expect(metadata?["ownerReferences"]?.array?.first?["uid"]?.string == Fixture.uid)
      #expect(child.id == ChildID(child.manifest) && child.manifest.apiVersion == child.type.apiVersion)
      let isElsewhere = child.name == "platform-to-coroot"
      #expect(
        child.namespace
          == (isElsewhere ? fixture.base.object.spec.coroot.ui.ingressNamespace : fixture.base.object.spec.namespace))
    }
  }

  @Test("The pods run without any right", arguments: UIMatrix.all) func podsAreConfined(_ fixture: UIFixture) {
    let pod = fixture.pod
    #expect(pod?["automountServiceAccountToken"] == false && pod?["enableServiceLinks"] == false)
    #expect(
      pod?["securityContext"] == [
        "runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
        "seccompProfile": ["type": "RuntimeDefault"],
      ])
    #expect(
      fixture.container?["securityContext"] == [
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
      ])
    for probe in ["livenessProbe", "readinessProbe"] { #expect(fixture.container?[probe]?["httpGet"]?["host"] == nil) }
    #expect(fixture.container?["env"] == nil && fixture.container?["command"] == nil)
  }

  @Test("Selectors find the pods", arguments: UIMatrix.all) func selectorsFindThePods(_ fixture: UIFixture) throws {
    let labels = try #require(
      fixture.child("Deployment")?[path: "spec", "template", "metadata", "labels"]?.object)
    let selectors = [
      fixture.child("Deployment")?[path: "spec", "selector", "matchLabels"],
      fixture.child("Service")?[path: "spec", "selector"],
      fixture.child("NetworkPolicy")?[path: "spec", "podSelector", "matchLabels"],
    ]
    for selector in selectors {
      let members = try #require(selector?.object)
      #expect(!members.isEmpty && members.allSatisfy { labels[$0.key] == $0.value })
    }
    let peer = fixture.child("CiliumNetworkPolicy", "platform-to-coroot")?[path: "spec", "egress"]?.array?.first?[
      "toEndpoints"]?.array?.first?["matchLabels"]?.object
    for (key, value) in try #require(peer) where key != "k8s:io.kubernetes.pod.namespace" {
      #expect(labels[String(key.dropFirst("k8s:".count))] == value)
    }
  }

  @Test("Secrets stand in the Secret of the configuration and nowhere else", arguments: UIMatrix.all)
  func secretsStandInOnePlace(_ fixture: UIFixture) throws {
    var text = try fixture.file("gatekeeper.yaml")
    for child in fixture.children where child.name != Self.name || child.kind != "Secret" {
      text += JSONWriter.text(.object(child.manifest.content))
    }
    #expect(!text.contains("hunter") && !"\(fixture.inputs)".contains("hunter"))
    var dumped = ""
    dump(fixture.inputs, to: &dumped)
    #expect(!dumped.contains("hunter"))
    #expect(try fixture.file("session-cookie") == "coroot_session=eyJpZCI6Mn0=.hunter2")
    if fixture.base.object.spec.coroot.ui.oidc?.clientSecretRef != nil {
      #expect(try fixture.file("client-secret") == "hunter3")
    }
  }

  @Test("What a browser sends to sign in with never reaches Coroot", arguments: UIMatrix.all)
  func requestsAreStripped(_ fixture: UIFixture) throws {
    let headers = try #require(fixture.configuration()["injectRequestHeaders"]?.array)
    #expect(headers.map { $0["name"] } == ["Cookie", "Authorization", "X-Api-Key"])
    #expect(headers.allSatisfy { $0["preserveRequestValue"] == nil })
    #expect(headers.map { $0["values"]?.array?.count ?? 0 } == [1, 0, 0])
  }

  @Test("The proxy finds every file that its configuration names", arguments: UIMatrix.all)
  func filesAreMounted(_ fixture: UIFixture) throws {
    let configuration = try fixture.configuration()
    var paths = fixture.container?["args"]?.array?.compactMap(\.string).filter { $0.contains("=/etc/") } ?? []
    paths = paths.map { String($0.drop { $0 != "/" }) }
    let provider = try #require(configuration["providers"]?.array?.first)
    paths += [provider["clientSecretFile"]?.string].compactMap(\.self)
    paths += ["/etc/gatekeeper/configuration/session-cookie"]
    let authorities = provider["caFiles"]?.array?.compactMap(\.string) ?? []
    paths += authorities
    #expect(paths.count == 4 + (fixture.inputs.authorities == nil ? 0 : 1))
    #expect((provider["useSystemTrustStore"] == true) == !authorities.isEmpty, "public authorities stay trusted")
    let generated = [
      "platform-coroot-gatekeeper-cookie": "cookie-secret", "platform-coroot-client": "client-secret-key",
    ]
    for path in paths {
      let (folder, file) = (path[..<(path.lastIndex(of: "/") ?? path.startIndex)], path.split(separator: "/").last)
      let mount = fixture.container?["volumeMounts"]?.array?.first { $0["mountPath"]?.string == String(folder) }
      let volume = fixture.pod?["volumes"]?.array?.first { $0["name"] == mount?["name"] && mount != nil }
      let secret = try #require(volume?[path: "secret", "secretName"]?.string, "\(path) is not mounted")
      let manifest = try #require(fixture.child("Secret", secret))
      #expect(manifest[path: "data", String(file ?? "")] != nil || generated[secret] == file.map(String.init))
    }
  }

  @Test("A dollar in a group's name survives the proxy's replacement of variables") func dollarsSurvive() throws {
    let fixture = try #require(UIMatrix.all.first { $0.name == "ui-httproute-secret" })
    #expect(!(try fixture.file("gatekeeper.yaml")).contains("$"))
    #expect(
      try fixture.configuration()["providers"]?.array?.first?["allowedGroups"]
        == ["$HOME", "${USER}", "a\"b\\c", "платформа"])
  }

  @Test("A new session or client secret rolls the pods, anything else of the cluster does not")
  func secretsRollThePods() throws {
    let fixture = try #require(UIMatrix.all.first)
    var changed = fixture
    changed.inputs.secretsHash = "other"
    let template = { (fixture: UIFixture) in fixture.child("Deployment")?[path: "spec", "template"] }
    #expect(template(fixture) != template(changed))
    changed.inputs = fixture.inputs
    changed.inputs.issuer = .anywhere(port: 1)
    #expect(template(fixture) == template(changed))
  }

  @Test("Without a cluster the same is rendered, with texts that say where secrets come from", arguments: UIMatrix.all)
  func rendersOffline(_ fixture: UIFixture) throws {
    var offline = fixture
    offline.inputs = UIInputs(offline: fixture.base.object.spec)
    #expect(kinds(offline) == kinds(fixture))
    #expect(try offline.file("session-cookie") == "coroot_session=(of Coroot)")
  }
}
