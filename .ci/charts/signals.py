# SPDX-License-Identifier: Apache-2.0
"""The Helm upgrades of docs/signals.md, run as they are written, beside the stand-ins of devcluster."""

import pathlib
import re
import textwrap

import cycle
import readme
from tools import AGENTS, cluster

PAGE = pathlib.Path("docs/signals.md")
# What Cozystack has around a ClickHouse application; the chart makes the rights.
SURROUNDINGS = pathlib.Path(".ci/signals.yaml")
RIGHTS = ("role", "rolebinding")
RIGHT = ("observability-operator-clickhouse-coroot-credentials", "--namespace", "tenant-root")


def upgrades():
    """The commands of the page that call Helm, in their order."""
    text = "\n".join(textwrap.dedent(body) for body in re.findall(
        r"^ *```console\n(.*?)^ *```$", PAGE.read_text("utf-8"), re.S | re.M))
    return [line for line in readme.commands(text) if line.startswith("helm ")]


def signals(report, helm, old_helm, arguments):
    listed = upgrades()
    report.check(f"{PAGE} has two upgrades", None if len(listed) == 2 else f"it has {listed}")
    if len(listed) != 2:
        return
    for version in (helm, old_helm):
        with cluster(arguments) as (server, helm4, helm3):
            upgraded(report, server, helm4 if version is helm else helm3, listed)


def upgraded(report, server, helm, listed):
    title = f"Helm {helm.version}: "
    documents = re.split(r"^---$", SURROUNDINGS.read_text("utf-8"), flags=re.M)
    path = pathlib.Path(server.folder) / "surroundings.yaml"
    path.write_text("---".join(d for d in documents if not re.search(r"^kind: Role", d, re.M)), "utf-8")
    report.check(title + "the surroundings are applied", cycle.succeeds(server.kubectl("apply", "-f", str(path))))
    readme.play(report, server, helm, "With Helm")
    report.check(title + "the object becomes Ready", cycle.ready(server))

    def upgrade(line):
        report.check(f"{title}$ {line}", readme.shell(line, readme.user_environment(server, helm)) or server.follow())

    report.check(title + "without the value there is no right to read the Secret", None if not any(
        server.get(f"{kind}/{RIGHT[0]}", *RIGHT[1:]) for kind in RIGHTS) else "there is one")
    upgrade(listed[0])
    report.check(title + "the right to read the Secret is there", [
        f"{kind} is missing" for kind in RIGHTS if not server.get(f"{kind}/{RIGHT[0]}", *RIGHT[1:])])
    upgrade(listed[1])

    def reasons():
        found = server.get("observability/platform") or {}
        return {c["type"]: c["status"] for c in found.get("status", {}).get("conditions", [])}

    wanted = {"ClickHouseReady": "True", "GatewayAvailable": "True", "Ready": "True"}
    server.until(lambda: wanted.items() <= reasons().items())
    report.check(title + "ClickHouse, the gateway and the object are well",
                 None if wanted.items() <= reasons().items() else f"the conditions are {reasons()}")
    report.check(title + "the gateway is there", None if server.get(
        "statefulset/platform-gateway", "--namespace", AGENTS) else "it is not")
