// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("A user cannot grant rights that the user does not hold")
struct EscalationTests {
  private static let api = "/apis/rbac.authorization.k8s.io/v1"
  private static let roles = api + "/namespaces/rec/roles"
  private static let bindings = api + "/namespaces/rec/rolebindings"

  private static func rule(_ group: String, _ resources: [String], _ verbs: [String]) -> JSONValue {
    [
      "apiGroups": [.string(group)], "resources": .array(resources.map { .string($0) }),
      "verbs": .array(verbs.map { .string($0) }),
    ]
  }

  private static func role(_ name: String, _ rules: JSONValue...) -> JSONValue {
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": ["name": .string(name)],
      "rules": .array(rules),
    ]
  }

  private static func binding(_ name: String, to role: String, user: String) -> JSONValue {
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": ["name": .string(name)],
      "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .string(role)],
      "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": .string(user)]],
    ]
  }

  /// Alice may write roles and bindings in `rec`, and read pods; `more` is granted beside.
  private func cluster(_ more: JSONValue...) async -> TestCluster {
    let cluster = await TestCluster()
    let rules =
      [
        Self.rule("rbac.authorization.k8s.io", ["roles", "rolebindings"], ["create", "update", "patch"]),
        Self.rule("", ["pods"], ["get", "list"]),
      ] + more
    var own = Self.role("alice")
    own["rules"] = .array(rules)
    await cluster.send("POST", Self.roles, own)
    await cluster.send("POST", Self.bindings, Self.binding("alice", to: "alice", user: "alice"))
    await cluster.send("POST", Self.roles, Self.role("strong", Self.rule("", ["secrets"], ["get"])))
    return cluster
  }

  @Test func aRoleOfWhatOneHoldsIsAccepted() async {
    let role = Self.role("weak", Self.rule("", ["pods"], ["list"]))
    #expect(await cluster().send("POST", Self.roles, role, token: "alice-token").status == 201)
  }

  @Test func aRoleOfMoreIsRefusedWithWhatIsMissing() async {
    let role = Self.role("more", Self.rule("", ["pods", "secrets"], ["get", "delete"]))
    let answer = await cluster().send("POST", Self.roles, role, token: "alice-token")
    #expect(answer.status == 403)
    #expect(
      answer.json["message"]?.string == """
        roles.rbac.authorization.k8s.io "more" is forbidden: user "alice" (groups=["system:authenticated"]) is \
        attempting to grant RBAC permissions not currently held:
        {APIGroups:[""], Resources:["pods"], Verbs:["delete"]}
        {APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}
        """)
    #expect(answer.json["details"] == ["name": "more", "group": "rbac.authorization.k8s.io", "kind": "roles"])
  }

  @Test func aChangeOfAnotherFieldIsAccepted() async {
    let answer = await cluster().send(
      "PATCH", Self.roles + "/strong", ["metadata": ["labels": ["a": "b"]]], type: "application/merge-patch+json",
      token: "alice-token")
    #expect(answer.status == 200, "\(answer.text)")
  }

  @Test func applyIsNoWayAround() async {
    let answer = await cluster().send(
      "PATCH", Self.roles + "/weak?fieldManager=a", Self.role("weak", Self.rule("*", ["*"], ["*"])),
      type: "application/apply-patch+yaml", token: "alice-token")
    #expect(answer.status == 403)
  }

  @Test func aBindingToAStrongerRoleIsRefusedUnlessOneMayBind() async {
    let binding = Self.binding("mine", to: "strong", user: "alice")
    let refused = await cluster().send("POST", Self.bindings, binding, token: "alice-token")
    #expect(refused.status == 403)
    #expect(
      refused.json["message"]?.string?.hasSuffix("{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}") == true
    )
    let binder = await cluster(Self.rule("rbac.authorization.k8s.io", ["roles"], ["bind"]))
    #expect(await binder.send("POST", Self.bindings, binding, token: "alice-token").status == 201)
    let escalator = await cluster(Self.rule("rbac.authorization.k8s.io", ["roles"], ["escalate"]))
    let role = Self.role("more", Self.rule("", ["secrets"], ["get"]))
    #expect(await escalator.send("POST", Self.roles, role, token: "alice-token").status == 201)
  }

  @Test("A role that does not exist cannot be bound without the right to bind it")
  func absentRoles() async {
    let binding = Self.binding("mine", to: "absent", user: "alice")
    let refused = await cluster().send("POST", Self.bindings, binding, token: "alice-token")
    #expect(refused.status == 404)
    #expect(refused.json["message"] == "roles.rbac.authorization.k8s.io \"absent\" not found")
    #expect(refused.json["details"] == ["name": "absent", "group": "rbac.authorization.k8s.io", "kind": "roles"])
    let binder = await cluster(Self.rule("rbac.authorization.k8s.io", ["roles"], ["bind"]))
    #expect(await binder.send("POST", Self.bindings, binding, token: "alice-token").status == 201)
  }

  @Test("The right to bind one role by name is for that role only")
  func bindingByName() async {
    var rule = Self.rule("rbac.authorization.k8s.io", ["roles"], ["bind"])
    rule["resourceNames"] = ["strong"]
    let cluster = await cluster(rule)
    await cluster.send("POST", Self.roles, Self.role("other", Self.rule("", ["secrets"], ["delete"])))
    let strong = Self.binding("one", to: "strong", user: "alice")
    #expect(await cluster.send("POST", Self.bindings, strong, token: "alice-token").status == 201)
    let other = Self.binding("two", to: "other", user: "alice")
    #expect(await cluster.send("POST", Self.bindings, other, token: "alice-token").status == 403)
  }

  @Test("Missing rules are joined by resource; those about paths are listed one by one")
  func missingRules() {
    let wanted: [JSONValue] = [
      Self.rule("", ["nodes", "pods"], ["get", "list", "watch"]),
      ["nonResourceURLs": ["/metrics"], "verbs": ["get", "head"]],
    ]
    #expect(
      RoleEscalation.missing(wanted, held: [Self.rule("", ["pods"], ["get"])]) == [
        #"{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list" "watch"]}"#,
        #"{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}"#,
        #"{NonResourceURLs:["/metrics"], Verbs:["get"]}"#, #"{NonResourceURLs:["/metrics"], Verbs:["head"]}"#,
      ])
  }

  @Test("A role that gathers the rules of others needs all rights")
  func aggregatedRoles() async {
    let cluster = await TestCluster()
    let own: JSONValue = [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": ["name": "alice"],
      "rules": [Self.rule("rbac.authorization.k8s.io", ["clusterroles"], ["create"])],
    ]
    await cluster.send("POST", Self.api + "/clusterroles", own)
    var binding = Self.binding("alice", to: "alice", user: "alice")
    binding["kind"] = "ClusterRoleBinding"
    binding["roleRef"]?["kind"] = "ClusterRole"
    await cluster.send("POST", Self.api + "/clusterrolebindings", binding)
    var role = own
    role["metadata"] = ["name": "all"]
    role["rules"] = []
    role["aggregationRule"] = ["clusterRoleSelectors": [["matchLabels": ["a": "b"]]]]
    let refused = await cluster.send("POST", Self.api + "/clusterroles", role, token: "alice-token")
    #expect(refused.status == 403)
    #expect(
      refused.json["message"]?.string?.hasSuffix(
        "not currently held:\n{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}"
      ) == true, "\(refused.text)")
  }

  @Test(
    arguments: [
      (
        ["nonResourceURLs": ["/metrics/*"], "verbs": ["get"]], ["nonResourceURLs": ["/metrics/a"], "verbs": ["get"]],
        true
      ),
      (
        ["nonResourceURLs": ["/metrics"], "verbs": ["get"]], ["nonResourceURLs": ["/metrics/a"], "verbs": ["get"]],
        false
      ),
      (
        ["apiGroups": [""], "resources": ["*/status"], "verbs": ["*"]],
        ["apiGroups": [""], "resources": ["nodes/status"], "verbs": ["patch"]], true
      ),
      (
        ["apiGroups": [""], "resources": ["secrets"], "resourceNames": ["a"], "verbs": ["get"]],
        ["apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]], false
      ),
      (
        ["apiGroups": [""], "resources": ["secrets"], "resourceNames": ["a", "b"], "verbs": ["get"]],
        ["apiGroups": [""], "resources": ["secrets"], "resourceNames": ["b"], "verbs": ["get"]], true
      ),
    ] as [(JSONValue, JSONValue, Bool)])
  func oneRuleCoversAnother(_ held: JSONValue, _ wanted: JSONValue, _ isCovered: Bool) {
    #expect(RoleEscalation.missing([wanted], held: [held]).isEmpty == isCovered)
  }

  @Test func impersonationNeedsTheRight() async {
    let cluster = await cluster()
    func get(as user: String, token: String) async -> APIResponse {
      var request = APIRequest("GET", "/api/v1/namespaces/rec/pods")
      request.headers = [("Authorization", "Bearer \(token)"), ("Impersonate-User", user)]
      return await cluster.server.handle(request)
    }
    #expect(await get(as: "alice", token: "admin-token").status == 200)
    #expect(await get(as: "eve", token: "admin-token").status == 403)
    let refused = await get(as: "eve", token: "alice-token")
    #expect(
      refused.json["message"]?.string
        == "users \"eve\" is forbidden: User \"alice\" cannot impersonate resource \"users\" in API group \"\" at the "
        + "cluster scope")
  }
}
