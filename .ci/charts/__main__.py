#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the charts with Helm. Prints a line a check; ends with 1 if one failed."""

import argparse
import pathlib
import sys
import tempfile
import time

import cozystack
import cycle
import dashboards
import readme
import rendering
import signals
from tools import Helm, Report

GROUPS = {
    "lint": rendering.lint, "defaults": rendering.defaults, "matrix": rendering.matrix, "schema": rendering.schema,
    "package": rendering.package, "install": cycle.install, "kustomize": cycle.kustomize, "cozystack": cozystack.cozystack,
    "gitops": cycle.gitops, "refusals": cycle.refusals, "signals": signals.signals,
    "dashboards": dashboards.dashboards,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="charts")
    for name in ("helm", "old-helm", "kubectl", "operator", "devcluster", "crds"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--only", default=" ".join(GROUPS), help="groups of checks: " + " ".join(GROUPS))
    arguments = parser.parse_args()
    wanted = arguments.only.split()
    for name in wanted:
        if name not in GROUPS:
            parser.error(f"there is no group {name}, but {' '.join(GROUPS)}")
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        helm, old_helm = Helm(arguments.helm, folder), Helm(arguments.old_helm, folder)
        for name in wanted:
            print(f"== {name}", flush=True)
            start = time.monotonic()
            GROUPS[name](report, helm, old_helm, arguments)
            print(f"   {name}: {time.monotonic() - start:.0f} s")
    if {"install", "kustomize", "cozystack"} <= set(wanted):
        readme.all_ran(report)
    skipped = f", {report.skipped} skipped" if report.skipped else ""
    print(f"charts: {report.passed} passed, {report.failed} failed{skipped}")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
