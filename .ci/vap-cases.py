#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evaluates the CEL of config/rbac/node-policy.yaml over Tests/Conformance/vap-cases.yaml.

The expressions are taken from the policy as they stand. With --print-cases the cases are printed, one a line, for
kubectl. Before anything counts, a policy without its validations must be seen to let everything pass."""

import argparse
import json
import pathlib
import sys

import yaml

POLICY = pathlib.Path("config/rbac/node-policy.yaml")
CASES = pathlib.Path("Tests/Conformance/vap-cases.yaml")
OPERATOR = "system:serviceaccount:cozy-observability:observability-operator"
NAME = "vap-case"


def node(content):
    """A Node of which the case gives what matters. What is empty the API server leaves out."""
    metadata = {key: value for key, value in content.get("metadata", {}).items() if value}
    whole = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NAME, **metadata}}
    if "spec" in content:
        whole["spec"] = content["spec"]
    return whole


def cases():
    table = yaml.safe_load(CASES.read_text("utf-8"))
    for entry in table:
        unknown = set(entry) - {"change", "accepted", "old", "new", "by", "says", "only"}
        if unknown or not {"change", "accepted", "old", "new"} <= set(entry):
            raise SystemExit(f"{CASES}: no case: {entry}")
        if not entry["accepted"] and "says" not in entry:
            raise SystemExit(f"{CASES}: a refusal must say something: {entry}")
    return table


class Policy:
    """The policy with its expressions compiled; `celpy` is the package cel-python."""

    def __init__(self, spec):
        import celpy  # pylint: disable=import-outside-toplevel
        import celpy.celtypes  # pylint: disable=import-outside-toplevel

        self.celpy = celpy
        self.environment = celpy.Environment()
        self.conditions = [self.program(entry["expression"]) for entry in spec["matchConditions"]]
        self.variables = [(entry["name"], self.program(entry["expression"])) for entry in spec["variables"]]
        self.validations = [
            (self.program(entry["expression"]), self.program(entry["messageExpression"]))
            for entry in spec["validations"]
        ]

    def program(self, expression):
        return self.environment.program(self.environment.compile(expression))

    def refusal(self, old, new, user):
        """The message of the first validation that fails; None if the update is let through."""
        activation = {
            "object": self.celpy.json_to_cel(new), "oldObject": self.celpy.json_to_cel(old),
            "request": self.celpy.json_to_cel({"userInfo": {"username": user}}),
        }
        if not all(condition.evaluate(activation) for condition in self.conditions):
            return None
        variables = self.celpy.celtypes.MapType()
        for name, program in self.variables:
            activation["variables"] = variables
            variables[self.celpy.celtypes.StringType(name)] = program.evaluate(activation)
        activation["variables"] = variables
        for expression, message in self.validations:
            if not expression.evaluate(activation):
                return str(message.evaluate(activation))
        return None


def evaluate():
    documents = list(yaml.safe_load_all(POLICY.read_text("utf-8")))
    spec = next(d["spec"] for d in documents if d["kind"] == "ValidatingAdmissionPolicy")
    policy = Policy(spec)
    table = cases()
    failed = 0
    for entry in table:
        message = policy.refusal(node(entry["old"]), node(entry["new"]), entry.get("by", OPERATOR))
        if (message is None) != entry["accepted"] or (message is not None and entry["says"] not in message):
            failed += 1
            print(f"FAILED {entry['change']}: accepted should be {entry['accepted']}, the policy says: {message}")
    # Whatever lets everything pass would pass a table of accepted updates: each validation must be needed.
    for index in range(len(spec["validations"])):
        weaker = dict(spec, validations=spec["validations"][:index] + spec["validations"][index + 1:])
        weaker = Policy(weaker)
        refused = [entry for entry in table if not entry["accepted"]]
        if all(weaker.refusal(node(e["old"]), node(e["new"]), e.get("by", OPERATOR)) for e in refused):
            failed += 1
            print(f"FAILED self-check: no case needs {spec['validations'][index]['expression']}")
    print(f"{len(table)} cases, {failed} failed")
    return 1 if failed or not table else 0


def print_cases():
    for entry in cases():
        if entry.get("only") != "policy":
            print("\t".join([
                entry["change"], "accepted" if entry["accepted"] else "refused", entry.get("by", OPERATOR),
                entry.get("says", "-"), json.dumps(node(entry["old"])), json.dumps(node(entry["new"])),
            ]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--print-cases", action="store_true")
    if parser.parse_args().print_cases:
        print_cases()
        return 0
    return evaluate()


if __name__ == "__main__":
    sys.exit(main())
