# SPDX-License-Identifier: Apache-2.0
"""Holds the tree against the rules, as it is, as `cozypkg tap` leaves it, and in its in-tree form; and shows of each
rule that it fires, by the cases of Tests/Packages/refused.yaml."""

import rules
import schemas
import tree

TAPPED_NAME = "community.example.observability-operator"
TAPPED_SOURCE = "tap-example-observability-operator"
CASES = tree.REPOSITORY / "Tests/Packages/refused.yaml"


def tapped(files):
    """The tree with the names that `cozypkg tap` gives."""
    return files | {tree.SOURCE: tree.named(files[tree.SOURCE], TAPPED_NAME, TAPPED_SOURCE)}


def run(report, files, in_tree):
    validators = {"PackageSource": schemas.load()["PackageSource"]}
    for rule in rules.ERRORS:
        report.expect(f"rule {rule.__name__}", "; ".join(rule(rules.Subject(files, validators))))
        # Reserved prefixes are what Cozystack itself gives.
        if rule is not rules.name:
            report.expect(f"rule {rule.__name__}, tapped", "; ".join(rule(rules.Subject(tapped(files), validators))))
            report.expect(f"rule {rule.__name__}, in-tree", "; ".join(rule(rules.Subject(in_tree, validators))))
    for rule in rules.WARNINGS:
        for finding in rule(rules.Subject(files, validators)):
            print(f"WARNING {rule.__name__}: {finding}")
    expect_privileged(report, files, validators)

    cases = tree.documents(CASES.read_bytes())[0]
    fired = set()
    for case in cases:
        report.expect(f"refused: {case['what']}", refused(case, files, validators, fired))
    silent = ", ".join(sorted({rule.__name__ for rule in rules.ERRORS + rules.WARNINGS} - fired))
    report.expect("every rule is shown to fire", f"no case for {silent}" if silent else None)


def expect_privileged(report, files, validators):
    """Only the component that owns the agents' namespace is privileged, in each variant."""
    privileged = {(component["name"], component["install"]["namespace"])
                  for _, _, _, component in rules.Subject(files, validators).components()
                  if component["install"].get("privileged")}
    wanted = {("observability", "cozy-coroot")}
    report.expect("privileged components", None if privileged == wanted else str(privileged))


def refused(case, files, validators, fired):
    """What is wrong if a broken tree is not refused by the rule of the case, with the words of the case."""
    rule = next(one for one in rules.ERRORS + rules.WARNINGS if one.__name__ == case["rule"])
    changed = broken(case, files)
    found = list(rule(rules.Subject(changed, validators)))
    if rule in rules.WARNINGS:
        # The tree itself is warned of already; the case adds another.
        found = [one for one in found if one not in list(rule(rules.Subject(files, validators)))]
    if not found:
        return f"{case['rule']} finds nothing"
    if not any(case["says"] in one for one in found):
        return f"{case['rule']} says {found}, not {case['says']}"
    fired.add(case["rule"])
    return None


def broken(case, files):
    """The tree after the change of a case, which must change something."""
    changed = dict(files)
    for path in case.get("remove", []):
        del changed[path]
    changed |= {path: content.encode() for path, content in case.get("write", {}).items()}
    for edit in case.get("edit", []):
        path = edit.get("in", tree.SOURCE)
        text = changed[path].decode()
        if edit["from"] not in text:
            raise SystemExit(f"{CASES}: {case['what']}: {path} does not hold {edit['from']!r}")
        changed[path] = text.replace(edit["from"], edit["to"], 1).encode()
    return changed
