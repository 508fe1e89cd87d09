#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evaluates the CEL of the admission policies in config/rbac over Tests/Conformance/vap-cases.yaml.

The expressions are taken from the policies as they stand. Before anything counts, each validation of a policy must be
seen to be needed by some case."""

import copy
import functools
import pathlib
import sys

import celpy
import celpy.celtypes
import yaml

FILES = [pathlib.Path("config/rbac") / f"{name}-policy.yaml" for name in ("node", "daemonset", "children")]
# The kinds that are patched from golden files, with the file that is patched if a case names none.
CHILDREN = {"daemonsets": ("DaemonSet", "push"), "statefulsets": ("StatefulSet", "gateway-clickhouse"),
            "secrets": ("Secret", "gateway-clickhouse"), "deployments": ("Deployment", "coroot-first-start"),
            "clusterrolebindings": ("ClusterRoleBinding", "coroot-first-start"),
            "ciliumnetworkpolicies": ("CiliumNetworkPolicy", "ui-ingress-secret"),
            "grafanadashboards": ("GrafanaDashboard", "dashboards-defaults/platform-overview"),
            "vmrules": ("VMRule", "dashboards-defaults/platform-recording")}
CASES = pathlib.Path("Tests/Conformance/vap-cases.yaml")
ROLES = pathlib.Path("config/rbac/role.yaml")
GOLDEN = pathlib.Path("Tests/RenderingTests/Golden")
OPERATOR = "system:serviceaccount:cozy-observability:observability-operator"
NAME = "vap-case"
KEYS = {"change", "policy", "accepted", "old", "new", "of", "namespace", "by", "bound", "says", "only"}


def node(content):
    """A Node of which the case gives what matters. What is empty the API server leaves out."""
    metadata = {key: value for key, value in content.get("metadata", {}).items() if value}
    whole = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NAME, **metadata}}
    if "spec" in content:
        whole["spec"] = content["spec"]
    return whole


@functools.cache
def documents(path):
    """The documents of a file, not to be changed."""
    return list(yaml.safe_load_all(path.read_text("utf-8")))


def children(golden, kind):
    """The children of that kind of a golden file: by the file's name, or by file and child if there are several."""
    found = [d for d in documents(GOLDEN / f"{golden}.yaml") if d["kind"] == kind]
    return {golden if len(found) == 1 else f"{golden}/{d['metadata']['name']}": d for d in found}


def rendered(name, kind):
    """The child of that kind of a golden file; None if it has none."""
    return children(name.split("/")[0], kind).get(name)


def goldens(kind):
    """Every child of that kind, by the file and, where that has several, a slash and the name."""
    for path in sorted(GOLDEN.glob("*.yaml")):
        names = [d["metadata"]["name"] for d in documents(path) if d["kind"] == kind]
        yield from [path.stem] if len(names) == 1 else [f"{path.stem}/{name}" for name in names]


def child(golden, kind, patch):
    """The child of a golden file after a JSON Patch of additions, replacements and removals (RFC 6902)."""
    if patch is None:
        return None
    whole = copy.deepcopy(rendered(golden, kind))
    if whole is None:
        raise SystemExit(f"{golden}.yaml: no {kind}")
    for step in patch:
        *parents, last = [key.replace("~1", "/").replace("~0", "~") for key in step["path"].split("/")[1:]]
        place = whole
        for key in parents:
            place = place[int(key) if isinstance(place, list) else key]
        if isinstance(place, list):
            if step["op"] == "add":
                place.insert(len(place) if last == "-" else int(last), copy.deepcopy(step["value"]))
                continue
            last = int(last)
        if step["op"] != "add":
            place[last]  # What is replaced or removed must be there.  pylint: disable=pointless-statement
        if step["op"] == "remove":
            del place[last]
        else:
            place[last] = copy.deepcopy(step["value"])
    return whole


def cases():
    table = yaml.safe_load(CASES.read_text("utf-8"))
    for entry in table:
        if set(entry) - KEYS or not {"change", "accepted", "old", "new"} <= set(entry):
            raise SystemExit(f"{CASES}: no case: {entry}")
        if entry.get("policy", "nodes") not in {"nodes", *CHILDREN}:
            raise SystemExit(f"{CASES}: policy must be nodes or one of {', '.join(CHILDREN)}: {entry}")
        if not entry["accepted"] and "says" not in entry:
            raise SystemExit(f"{CASES}: a refusal must say something: {entry}")
    # What is rendered is accepted, whatever an object asks for.
    allowed = {"observability.cozystack.io/privileged-agents": "allowed"}
    for policy, (kind, _) in CHILDREN.items():
        names = [name for path in sorted(GOLDEN.glob("*.yaml")) for name in sorted(children(path.stem, kind))]
        if not names:
            raise SystemExit(f"{GOLDEN}: no {kind}")
        for name in names:
            table.append({"change": f"{name} as rendered", "policy": policy, "accepted": True, "of": name,
                          "namespace": allowed if name.startswith("privileged") else {}, "old": None, "new": []})
    return table


class Policy:
    """A policy with its expressions compiled."""

    def __init__(self, spec):
        self.environment = celpy.Environment()
        self.conditions = [self.program(entry["expression"]) for entry in spec["matchConditions"]]
        self.variables = [(entry["name"], self.program(entry["expression"])) for entry in spec["variables"]]
        self.validations = [
            (self.program(entry["expression"]), self.program(entry["messageExpression"]))
            for entry in spec["validations"]
        ]

    def program(self, expression):
        return self.environment.program(self.environment.compile(expression))

    def failures(self, entry):
        """The message of each validation that fails, by its place; nothing if the change is let through."""
        policy = entry.get("policy", "nodes")
        if policy == "nodes":
            old, new = node(entry["old"]), node(entry["new"])
        else:
            kind, golden = CHILDREN[policy]
            golden = entry.get("of", golden)
            old, new = child(golden, kind, entry["old"]), child(golden, kind, entry["new"])
        binding = copy.deepcopy(BINDING)
        if "bound" in entry:
            binding["subjects"] = entry["bound"]
        if not binding["subjects"]:
            del binding["subjects"]
        activation = {
            "object": celpy.json_to_cel(new), "oldObject": celpy.json_to_cel(old), "params": celpy.json_to_cel(binding),
            "request": celpy.json_to_cel({"userInfo": {"username": entry.get("by", OPERATOR),
                                                       "groups": ["system:authenticated"]}}),
            "namespaceObject": celpy.json_to_cel({"metadata": {"labels": entry.get("namespace", {})}}),
        }
        if not all(condition.evaluate(activation) for condition in self.conditions):
            return {}
        variables = celpy.celtypes.MapType()
        for name, program in self.variables:
            activation["variables"] = variables
            variables[celpy.celtypes.StringType(name)] = program.evaluate(activation)
        activation["variables"] = variables
        failed = {}
        for index, (expression, message) in enumerate(self.validations):
            try:
                holds = expression.evaluate(activation)
            except celpy.CELEvalError as error:
                # The policy's failurePolicy: what cannot be judged is refused.
                failed[index] = f"error: {error}"
                continue
            if not holds:
                failed[index] = str(message.evaluate(activation))
        return failed


def policies():
    """The policies with their bindings, by the resource that ends their names."""
    found = {}
    for document in (document for path in FILES for document in documents(path)):
        found.setdefault(document["metadata"]["name"], {})[document["kind"]] = document
    return {name.removeprefix("observability-operator-"): (
        pair["ValidatingAdmissionPolicy"], pair["ValidatingAdmissionPolicyBinding"]) for name, pair in found.items()}


def check(policy, binding, table):
    """The number of cases that are not as they should be."""
    name, spec = policy["metadata"]["name"], policy["spec"]
    failed = 0
    selected = binding["spec"]["paramRef"]["selector"]["matchLabels"].items()
    if binding["spec"]["policyName"] != name or not selected <= BINDING["metadata"]["labels"].items():
        failed += 1
        print(f"FAILED the binding of {name} does not select the ClusterRoleBinding of {ROLES}")
    whole = Policy(spec)
    alone = set()
    for entry in table:
        refusals = whole.failures(entry)
        if len(refusals) == 1:
            alone.update(refusals)
        # The API server answers with the first.
        message = next(iter(refusals.values()), None)
        if (message is None) != entry["accepted"] or (message is not None and entry["says"] not in message):
            failed += 1
            print(f"FAILED {entry['change']}: accepted should be {entry['accepted']}, the policy says: {message}")
    # Whatever lets everything pass would pass a table of accepted changes: each validation must be needed, by a case
    # that no other one refuses.
    for index, validation in enumerate(spec["validations"]):
        if index not in alone:
            failed += 1
            print(f"FAILED self-check: no case needs {validation['expression']}")
    return failed


BINDING = next(d for d in documents(ROLES) if d["kind"] == "ClusterRoleBinding")


def main():
    table = cases()
    failed = 0
    pairs = policies()
    if set(pairs) != {"nodes", *CHILDREN}:
        raise SystemExit(f"config/rbac: policies for {', '.join(pairs)}, cases for nodes, {', '.join(CHILDREN)}")
    for resource, (policy, binding) in pairs.items():
        failed += check(policy, binding, [entry for entry in table if entry.get("policy", "nodes") == resource])
    print(f"{len(table)} cases, {failed} failed")
    return 1 if failed or not table else 0


if __name__ == "__main__":
    sys.exit(main())
