// SPDX-License-Identifier: Apache-2.0

import JSON
import ProcessSupport
import Testing

extension KubectlSuite {
  @Suite("creates from the command line")
  struct CreatingTests {
    /// Kinds that kubectl sends as protobuf, with what to look for in the result.
    private static let kinds: [(command: [String], at: String, field: String, value: String)] = [
      (["namespace", "made"], "namespace/made", "{.status.phase}", "Active"),
      (["configmap", "cm", "--from-literal=a=b"], "configmap/cm", "{.data.a}", "b"),
      (["secret", "generic", "s", "--from-literal=p=q"], "secret/s", "{.data.p}", "cQ=="),
      (["serviceaccount", "sa"], "serviceaccount/sa", "{.metadata.name}", "sa"),
      (["role", "r", "--verb=get,list", "--resource=pods"], "role/r", "{.rules[0].verbs[*]}", "get list"),
      (
        ["rolebinding", "rb", "--role=r", "--serviceaccount=default:sa"], "rolebinding/rb", "{.subjects[0].name}", "sa"
      ),
      (["clusterrole", "cr", "--verb=get", "--resource=nodes"], "clusterrole/cr", "{.rules[0].resources[0]}", "nodes"),
      (
        ["clusterrolebinding", "crb", "--clusterrole=cr", "--user=eve"], "clusterrolebinding/crb", "{.roleRef.name}",
        "cr"
      ),
      (
        ["deployment", "d", "--image=example/d:1", "--replicas=2", "--port=80"], "deployment/d",
        "{.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}", "2 80"
      ),
      (
        ["job", "j", "--image=example/j:1", "--", "true"], "job/j", "{.spec.template.spec.containers[0].command[0]}",
        "true"
      ),
      (
        ["cronjob", "cj", "--image=example/j:1", "--schedule=*/5 * * * *"], "cronjob/cj",
        "{.spec.jobTemplate.spec.template.spec.restartPolicy}", "OnFailure"
      ),
      (["service", "clusterip", "svc", "--tcp=80:8080"], "service/svc", "{.spec.ports[0].targetPort}", "8080"),
      (
        ["ingress", "ing", "--rule=a.example.org/*=svc:80"], "ingress/ing",
        "{.spec.rules[0].http.paths[0].backend.service.port.number}", "80"
      ),
      (["pdb", "p", "--selector=app=x", "--min-available=1"], "pdb/p", "{.spec.minAvailable}", "1"),
      (["priorityclass", "pc", "--value=10"], "priorityclass/pc", "{.value}", "10"),
    ]

    @Test func everyKindThatItKnows() async throws {
      try await Kubectl.with { kubectl in
        for kind in Self.kinds {
          #expect(try await kubectl("create", kind.command).hasSuffix(" created"))
          #expect(try await kubectl("get", [kind.at, "-o", "jsonpath=\(kind.field)"]) == kind.value, "\(kind.at)")
        }
        let twice = try await kubectl.outcome("create namespace made")
        #expect(twice.errors == "Error from server (AlreadyExists): namespaces \"made\" already exists")
        try await kubectl("run pod-1 --image=example/p:1")
        try await kubectl("expose deployment d --port=80 --name=exposed")
        #expect(try await kubectl("get service exposed -o", ["jsonpath={.spec.selector.app}"]) == "d")
        try await kubectl("scale deployment d --replicas=3")
        #expect(try await kubectl("get deployment d -o", ["jsonpath={.spec.replicas}"]) == "3")
        try await kubectl("rollout status deployment/d --timeout=20s")
      }
    }

    @Test func whoMayDoWhat() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl("create serviceaccount viewer")
        try await kubectl("create role reader --verb=get,list --resource=pods")
        try await kubectl("create rolebinding reader --role=reader --serviceaccount=default:viewer")
        let account = "--as=system:serviceaccount:default:viewer"
        #expect(try await kubectl("auth can-i delete nodes") == "yes")
        #expect(try await kubectl("auth can-i list pods \(account)") == "yes")
        let denied = try await kubectl.outcome("auth can-i delete pods \(account)")
        #expect(denied.output == "no")
        #expect(denied.ending == .exit(1))
        #expect(
          try await kubectl("auth can-i --list \(account)").words.contains(["pods", "[]", "[]", "[get", "list]"]))
        #expect(try await kubectl("auth whoami").contains("system:masters"))
        let forbidden = try await kubectl.outcome("get secrets \(account)")
        #expect(
          forbidden.errors.contains(
            "User \"system:serviceaccount:default:viewer\" cannot list resource \"secrets\" in API group \"\" in the "
              + "namespace \"default\""))
      }
    }
  }
}
