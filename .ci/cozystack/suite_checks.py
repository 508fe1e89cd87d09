# SPDX-License-Identifier: Apache-2.0
"""Runs the suites of all packages and Helm's lint; before that counts, assertions that do not hold must be found."""

import yaml

import helm
import suites
import tree

SELF = tree.REPOSITORY / "Tests/Packages/suites"


def run(report, artifact, in_tree):
    self_check(report)
    for name, root in (("", artifact), (", in-tree", in_tree)):
        for chart in tree.CHARTS:
            folder = root / "system" / chart
            files = sorted((folder / "tests").glob("*_test.yaml"))
            report.expect(f"{chart}{name}: suites", None if files else "there are none")
            for file in files:
                for test, problem in suites.run(file, folder):
                    report.expect(f"{chart}{name}: {test}", problem)
            for path in [None, *sorted(folder.glob("values-*.yaml"))]:
                values = yaml.safe_load(path.read_text("utf-8")) if path else {}
                report.expect(f"{chart}{name}: lint with {path.name if path else 'its own values'}",
                              helm.lint(folder, values))


def self_check(report):
    """The suite `holds` passes in each of its tests, `fails` in none, and what is not read is refused."""
    for test, problem in suites.run(SELF / "chart/tests/holds_test.yaml", SELF / "chart"):
        report.expect(f"self-check: {test}", problem)
    for test, problem in suites.run(SELF / "chart/tests/fails_test.yaml", SELF / "chart"):
        report.expect(f"self-check: {test}", None if problem else "the assertion holds, which it must not")
    for file in sorted((SELF / "chart/tests").glob("malformed*.yaml")):
        try:
            list(suites.run(file, SELF / "chart"))
        except suites.Malformed:
            report.expect(f"self-check: {file.name}", None)
        else:
            report.expect(f"self-check: {file.name}", "it is read, which it must not be")
