# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/dashboards.md on rights and installation, run as they are written, beside the stand-ins of
devcluster for the Grafana operator and the VictoriaMetrics operator."""

import pathlib
import re

import cycle
import readme
from tools import AGENTS, NAMESPACE, OPERATOR, cluster

PAGE = pathlib.Path("docs/dashboards.md")
SECTION = "Rights and installation"
SCRAPES = "Tests/Packages/crds/vmservicescrapes.operator.victoriametrics.com.yaml"
ROLE = f"{OPERATOR}-dashboards"
GRAFANA = ("--namespace", "tenant-root")


def blocks():
    """The commands of the section's blocks: with Helm, with kustomize, after either, removal."""
    section = re.search(rf"^## {SECTION}\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.S | re.M)
    return [readme.commands(body) for body in re.findall(r"^```console\n(.*?)^```$", section[1] if section else "",
                                                         re.S | re.M)]


def dashboards(report, _helm, _old, arguments):
    listed = blocks()
    report.check(f"{PAGE} has four blocks on rights", None if len(listed) == 4 else f"it has {listed}")
    if len(listed) != 4:
        return
    with_helm, with_kustomize, after, removal = listed
    for way, commands in (("With Helm", with_helm), ("With kustomize", with_kustomize)):
        with cluster(arguments) as (server, helm, _):
            result = server.kubectl("apply", "--server-side", "--filename", SCRAPES)
            report.check(f"{way}: VMServiceScrape is served", cycle.succeeds(result))
            readme.play(report, server, helm, way)
            play(report, server, helm, way, commands + after)
            published(report, server, way)
            if way == "With kustomize":
                play(report, server, helm, way, removal)
                removed(report, server, way)


def play(report, server, helm, way, lines):
    environment = readme.user_environment(server, helm)
    for line in lines:
        report.check(f"{way}: $ {line}", readme.shell(line, environment) or server.follow())


def published(report, server, way):
    """The dashboards and rules are there, and so is what scrapes the operator."""
    names = {one["metadata"]["name"] for one in server.get("grafanadashboards", *GRAFANA) or []}
    report.check(f"{way}: dashboards are beside the Grafana", None if {"platform-overview", "platform-operator"} <= names
                 else f"there are {sorted(names)}")
    rules = {one["metadata"]["name"] for one in server.get("vmrules", "--namespace", AGENTS) or []}
    wanted = {"platform-recording", "platform-alerts", "platform-operator-rules"}
    report.check(f"{way}: the rules are beside the agents", None if wanted <= rules else f"there are {sorted(rules)}")
    report.check(f"{way}: the operator is scraped", None if server.get(
        "vmservicescrape", OPERATOR, "--namespace", NAMESPACE) else "there is no VMServiceScrape")


def removed(report, server, way):
    left = [f"{kind} {name} of {options[1]}" for kind, name, options in (
        ("role", ROLE, GRAFANA), ("rolebinding", ROLE, GRAFANA),
        ("service", OPERATOR, ("--namespace", NAMESPACE)), ("vmservicescrape", OPERATOR, ("--namespace", NAMESPACE)))
        if server.get(kind, name, *options)]
    left += [one["metadata"]["name"] for one in server.get("grafanadashboards", *GRAFANA) or []]
    report.check(f"{way}: nothing of it is left", left)
