# SPDX-License-Identifier: Apache-2.0
"""What Flux says of an object by the healthCheckExprs of its component, over the cases of Tests/Packages/health.yaml.

Flux compares status.observedGeneration with metadata.generation, then asks inProgress, failed and current, in this
order; where none holds it waits. An expression that cannot be evaluated counts as unknown there, and it waits too."""

import celpy

import tree

CASES = tree.REPOSITORY / "Tests/Packages/health.yaml"
ORDER = ("inProgress", "failed", "current")
ANSWERS = {"inProgress": "InProgress", "failed": "Failed", "current": "Current"}


class Health:
    """The expressions of one kind, compiled."""

    def __init__(self, expressions):
        environment = celpy.Environment()
        self.programs = {key: environment.program(environment.compile(expressions[key])) for key in ORDER
                         if expressions.get(key)}

    def of(self, resource):
        status, generation = resource.get("status", {}), resource["metadata"].get("generation")
        if "observedGeneration" in status and status["observedGeneration"] != generation:
            return "InProgress"
        context = {key: celpy.json_to_cel(value) for key, value in resource.items()}
        for key, program in self.programs.items():
            try:
                if program.evaluate(context):
                    return ANSWERS[key]
            except celpy.CELEvalError:
                return "Unknown"
        return "InProgress"


def run(report, source):
    cases = tree.documents(CASES.read_bytes())[0]
    for variant in source["spec"]["variants"]:
        for component in variant["components"]:
            for expressions in component["install"].get("healthCheckExprs") or []:
                check(report, f"{variant['name']}/{component['name']}", Health(expressions), cases)
    gated = {(variant["name"], component["name"]) for variant in source["spec"]["variants"]
             for component in variant["components"] if component["install"].get("healthCheckExprs")}
    wanted = {(variant["name"], "observability") for variant in source["spec"]["variants"]}
    report.expect("the object's release is gated on its health", None if gated == wanted else str(gated))


def check(report, where, health, cases):
    for case in cases:
        resource = {"apiVersion": "observability.cozystack.io/v1alpha1", "kind": "Observability",
                    "metadata": {"name": "platform", "generation": 2}}
        if "status" in case:
            resource["status"] = case["status"]
        answer = health.of(resource)
        # Waiting is waiting, whether by the answer or because there is none yet.
        if answer == "Unknown" and "status" not in case:
            answer = "InProgress"
        problem = None if answer == case["answer"] else f"{answer}, not {case['answer']}"
        report.expect(f"health of {where}: {case['what']}", problem)
