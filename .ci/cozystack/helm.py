# SPDX-License-Identifier: Apache-2.0
"""Helm, as a program: lint, and what a chart renders."""

import os
import re
import subprocess
import tempfile

import yaml

HELM = os.environ.get("HELM", "helm")


def call(*arguments):
    """Runs Helm; returns what it prints, and its error or None."""
    result = subprocess.run([HELM, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
    return result.stdout, (result.stderr.strip() or result.stdout.strip()) if result.returncode else None


def template(chart, name, namespace, values, api_versions=()):
    """The objects of a chart, each with the template that it comes from, and Helm's error or None."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        yaml.safe_dump(values, file)
        file.flush()
        options = [option for one in api_versions for option in ("--api-versions", one)]
        output, error = call("template", name, chart, "--namespace", namespace, "--values", file.name, *options)
    if error is not None:
        return [], error
    found = []
    for text in re.split(r"^---\n", output, flags=re.M):
        source = re.match(r"# Source: (\S+)\n", text)
        document = yaml.safe_load(text)
        if document is not None:
            found.append((source[1] if source else "", document))
    return found, None


def lint(chart, values):
    """What `helm lint --strict` has against a chart; None if nothing."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        yaml.safe_dump(values, file)
        file.flush()
        return call("lint", "--strict", "--values", file.name, chart)[1]
