#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what checkov finds in rendered and installed manifests with .ci/scan-findings.yaml.

A finding that is not listed fails; so does a listed one that is not found, or that is listed for a manifest which
passes: the list says neither less nor more than the scanner. Before anything counts, a broken manifest must be
found."""

import argparse
import fnmatch
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

GOLDEN = pathlib.Path("Tests/RenderingTests/Golden")
INSTALLED = pathlib.Path("config")
LIST = pathlib.Path(".ci/scan-findings.yaml")
BROKEN = "self-check/broken.yaml"


def collect(folder):
    """Copies what is to be scanned, so that paths say what a manifest is: rendered/push.yaml, config/rbac/role.yaml."""
    rendered = sorted(GOLDEN.glob("*.yaml"))
    if not rendered:
        raise SystemExit(f"FAILED: {GOLDEN} holds no manifest")
    (folder / "rendered").mkdir()
    for path in rendered:
        shutil.copy(path, folder / "rendered")
    shutil.copytree(INSTALLED, folder / "config", ignore=shutil.ignore_patterns("kustomization.yaml"))
    broken = [document for document in yaml.safe_load_all((GOLDEN / "push.yaml").read_text("utf-8"))
              if document["kind"] == "DaemonSet"]
    broken[0]["spec"]["template"]["spec"]["hostNetwork"] = True
    (folder / BROKEN).parent.mkdir()
    (folder / BROKEN).write_text(yaml.safe_dump(broken[0]), "utf-8")
    return len(rendered)


def scan(checkov, folder):
    """The findings and what passed, as (check, file, resource), and the names of the checks."""
    command = [checkov, "--compact", "--skip-download", "--framework", "kubernetes", "--soft-fail",
               "--output", "json", "--directory", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    try:
        report = json.loads(result.stdout)
    except ValueError:
        raise SystemExit(f"FAILED: checkov ends with {result.returncode}: {result.stderr[-2000:]}") from None
    if result.returncode != 0 or isinstance(report, list) or report["summary"]["parsing_errors"]:
        raise SystemExit(f"FAILED: checkov could not read everything: {result.stderr[-2000:]}")
    names = {}

    def records(kind):
        found = set()
        for record in report["results"][kind]:
            names[record["check_id"]] = record["check_name"]
            # A pod of a Deployment has its labels in the name; kind, namespace and name tell it well enough.
            resource = ".".join(record["resource"].split(".")[:3])
            found.add((record["check_id"], record["file_path"].lstrip("/"), resource))
        return found

    failed = records("failed_checks")
    return failed, records("passed_checks") - failed, names


def matches(entry, finding):
    check, file, resource = finding

    def named(patterns):
        return any(fnmatch.fnmatchcase(file, pattern) for pattern in patterns)

    return (check == entry["check"] and named(entry["files"]) and not named(entry.get("except", []))
            and fnmatch.fnmatchcase(resource, entry["resource"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkov", required=True)
    arguments = parser.parse_args()
    entries = yaml.safe_load(LIST.read_text("utf-8"))
    problems = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        rendered = collect(folder)
        failed, passed, names = scan(arguments.checkov, folder)

    def take_out(found):
        return {finding for finding in found if finding[1] == BROKEN}

    if not any(check == "CKV_K8S_19" for check, _, _ in take_out(failed)):
        problems.append("self-check: a DaemonSet with hostNetwork is not found")
    failed -= take_out(failed)
    passed -= take_out(passed)
    seen = {file for _, file, _ in failed | passed if file.startswith("rendered/")}
    if len(seen) != rendered:
        problems.append(f"self-check: {rendered} manifests are rendered, and {len(seen)} were looked at")

    for entry in entries:
        if set(entry) - {"except"} != {"check", "name", "files", "resource", "why"} or len(entry["why"]) < 20:
            problems.append(f"{LIST}: {entry.get('check')} needs check, name, files, resource and a reason in why")
            continue
        if names.get(entry["check"], entry["name"]) != entry["name"]:
            problems.append(f"{LIST}: {entry['check']} is called '{names[entry['check']]}'")
        for pattern in entry["files"]:
            single = {**entry, "files": [pattern]}
            if not any(matches(single, finding) for finding in failed):
                problems.append(f"no longer found: {entry['check']} ({entry['name']}) in {pattern}, "
                                f"{entry['resource']}")
        problems += [f"listed for what passes: {check} in {file}, {resource}"
                     for check, file, resource in sorted(passed) if matches(entry, (check, file, resource))]
    for finding in sorted(failed):
        listed = [entry for entry in entries if matches(entry, finding)]
        if len(listed) != 1:
            check, file, resource = finding
            problems.append(f"{'not listed' if not listed else 'listed twice'}: {check} ({names[check]}) in {file}, "
                            f"{resource}")
    for problem in problems:
        print(f"FAILED {problem}")
    outcome = f"{len(problems)} contradict {LIST}" if problems else f"all listed in {LIST}"
    print(f"checkov: {rendered} rendered manifests and {INSTALLED}: {len(passed)} checks passed, "
          f"{len(failed)} findings, {outcome}")
    return 1 if problems or not failed else 0


if __name__ == "__main__":
    sys.exit(main())
