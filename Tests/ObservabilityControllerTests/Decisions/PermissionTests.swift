// SPDX-License-Identifier: Apache-2.0

import JSON
import Rendering
import Testing

@testable import ObservabilityController

/// The rights that the operator asks for are few and plain.
@Suite struct PermissionTests {
  @Test(arguments: Permission.all)
  func namesEverythingAndNothingMore(_ permission: Permission) {
    let known = ["bind", "create", "delete", "get", "list", "patch", "update", "watch"]
    #expect(permission.verbs.allSatisfy(known.contains), "\(permission.verbs)")
    #expect(permission.verbs == Array(Set(permission.verbs)).sorted(), "\(permission.verbs)")
    for text in [permission.group, permission.resource] { #expect(!text.contains("*")) }
    #expect(!permission.reason.isEmpty && permission.reason.last != ".")
  }

  @Test func noRightIsAskedForTwice() {
    let places = Permission.all.map { "\($0.scope) \($0.group) \($0.resource)" }
    #expect(Set(places).count == places.count)
  }

  @Test func eachScopeIsInAlphabeticalOrder() {
    for scope in Permission.Scope.allCases {
      let names = Permission.all.filter { $0.scope == scope }.map { "\($0.group) \($0.resource)" }
      #expect(names == names.sorted(), "\(scope)")
      #expect(!names.isEmpty, "\(scope)")
    }
    #expect(
      Permission.all.map(\.scope)
        == Permission.Scope.allCases.flatMap { scope in
          Permission.all.filter { $0.scope == scope }.map { _ in scope }
        })
  }

  @Test func secretsAreReachedBesideTheChildrenOnly() {
    let secrets = Permission.all.filter { $0.resource.hasPrefix("secrets") }
    #expect(secrets.map(\.scope) == [.children])
    #expect(secrets.allSatisfy { !$0.verbs.contains("get") && !$0.verbs.contains("update") })
  }

  @Test func claimsAreOnlyRead() {
    let claims = Permission.all.filter { $0.resource.hasPrefix("persistentvolumeclaims") }
    #expect(claims.map(\.verbs) == [["list", "watch"]])
  }

  @Test func podsAreOnlyReadAndOnlyBesideTheChildren() {
    let pods = Permission.all.filter { $0.resource.hasPrefix("pods") }
    #expect(pods.map(\.scope) == [.children])
    #expect(pods.allSatisfy { $0.resource == "pods" && $0.verbs == ["list", "watch"] })
  }

  @Test func nothingLeadsToMorePower() {
    let dangerous = [
      "clusterroles", "clusterrolebindings", "roles", "rolebindings", "pods/exec", "serviceaccounts/token",
      "nodes/proxy", "validatingwebhookconfigurations", "mutatingwebhookconfigurations", "customresourcedefinitions",
    ]
    let found = Permission.all.filter { dangerous.contains($0.resource) }
    // One role that is installed with the operator may be bound, and none be written; a policy narrows the bindings.
    #expect(found.map(\.resource) == ["clusterrolebindings", "clusterroles"])
    #expect(found.last?.names == [ClusterAgentShape.clusterRole] && found.last?.verbs == ["bind"])
    #expect(Permission.all.filter { $0.verbs.contains("bind") }.count == 1)
    let creating = Permission.all.filter { $0.scope == .cluster && $0.verbs.contains("create") }
    #expect(creating.map(\.resource) == ["clusterrolebindings"])
  }

  @Test func theManifestsGrantEachRightOnceAndBindIt() throws {
    var rules = 0
    for scope in Permission.Scope.allCases {
      for permission in Permission.all.filter({ $0.scope == scope }) {
        var rule: JSONValue = [
          "apiGroups": [.string(permission.group)], "resources": [.string(permission.resource)],
          "verbs": .array(permission.verbs.map(JSONValue.string)),
        ]
        if !permission.names.isEmpty { rule["resourceNames"] = .array(permission.names.map(JSONValue.string)) }
        let granting = RoleManifests.all.filter { $0["rules"]?.array?.contains(rule) == true }
        let kind = scope == .cluster || scope == .children ? "ClusterRole" : "Role"
        #expect(granting.contains { $0["kind"]?.string == kind }, "\(permission)")
      }
    }
    for role in RoleManifests.all {
      rules += role["rules"]?.array?.count ?? 0
      guard role["roleRef"] == nil else { continue }
      let name = try #require(role[path: "metadata", "name"]?.string)
      let bindings = RoleManifests.all.filter {
        $0[path: "roleRef", "name"]?.string == name && $0[path: "roleRef", "kind"] == role["kind"]
      }
      #expect(bindings.count == 1, "\(name)")
      #expect(bindings.first?["subjects"]?.array?.count == 1)
      #expect(bindings.first?["subjects"]?.array?.first?["name"]?.string == RoleManifests.operatorName)
    }
    #expect(rules == Permission.all.count)
    // The role of cluster-agents is shipped without a binding.
    #expect(RoleManifests.clusterAgent["rules"]?.array?.count == ClusterAgentRule.all.count)
    #expect(!RoleManifests.all.contains { $0[path: "roleRef", "name"]?.string == ClusterAgentShape.clusterRole })
    let clusterWide = RoleManifests.all.filter { $0["kind"]?.string == "ClusterRoleBinding" }
    #expect(clusterWide.map { $0[path: "roleRef", "name"]?.string } == [RoleManifests.operatorName])
  }
}
