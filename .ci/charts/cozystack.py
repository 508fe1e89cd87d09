# SPDX-License-Identifier: Apache-2.0
"""The README's way for Cozystack, on an API server with the CRDs of Cozystack and Flux. Their programs are stood in for:
of the Package that the commands apply, Helm installs what Cozystack's operator and Flux would make of it."""

import json
import pathlib
import sys

import readme
from cycle import ready
from tools import CHARTS, cluster

sys.path.append(str(pathlib.Path(__file__).parent.parent / "cozystack"))
import releases  # pylint: disable=wrong-import-position,import-error
import tree  # pylint: disable=wrong-import-position,import-error

HEADING = "On Cozystack"


def cozystack(report, _helm, _old, arguments):
    with cluster(arguments) as (server, helm, _):
        for path in sorted(pathlib.Path("Tests/Packages/crds").glob("*.yaml")):
            result = server.kubectl("apply", "--server-side", "--filename", path)
            report.check(f"{path} is served", result.returncode and result.stderr)
        server.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        server.kubectl("create", "namespace", "cozy-system")
        platform = Platform(server, helm)
        readme.play(report, server, helm, HEADING, after=platform.follow)
        report.check("the Package's releases were installed, in the order in which they wait for each other",
                     None if platform.installed == list(tree.CHARTS) else f"{platform.installed}")


class Platform:
    """Cozystack's operator and Flux, once."""

    def __init__(self, server, helm):
        self.server, self.helm = server, helm
        self.installed = []
        self.folder = pathlib.Path(server.folder) / "packages"
        tree.write(tree.build(CHARTS.absolute()), self.folder)

    def follow(self):
        """Acts on the Package once it is there; returns what went wrong."""
        package = (self.server.get("packages.cozystack.io") or [None])[0]
        if not package or self.installed:
            return None
        source, ref = (self.server.get("packagesources.cozystack.io") or [None])[0], None
        if source:
            ref = source["spec"]["sourceRef"]
            ref = self.server.get("ocirepository", ref["name"], "--namespace", ref["namespace"])
        if not ref:
            return "the Package has no PackageSource with an OCIRepository"
        for name, labels in releases.namespaces(source, package).items():
            self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
        made = list(releases.helm_releases(source, package))
        for release, (component, given) in zip(made, releases.installed(source, package)):
            self.apply(release)
            waits = {one["name"] for one in release["spec"].get("dependsOn", [])}
            if not waits <= set(self.installed):
                return f"{release['metadata']['name']} waits for {waits}, but installed are {self.installed}"
            if problem := self.install(release, component, given):
                return problem
            self.installed.append(release["metadata"]["name"])
        return self.server.follow() or ready(self.server) or self.report(made)

    def install(self, release, component, given):
        """What Flux does with a HelmRelease."""
        chart, metadata = self.folder / component["path"], release["metadata"]
        files = [option for name in component.get("valuesFiles") or [] for option in ("--values", chart / name)]
        result = self.helm("install", metadata["name"], chart, "--namespace", metadata["namespace"], *files,
                           "--values", "-", input=json.dumps(releases.merged(releases.COZYSTACK_VALUES, given)))
        return result.returncode and result.stderr

    def report(self, made):
        """Sets the condition that the README's commands wait for, as Flux does once the health expression holds."""
        ready_condition = {"type": "Ready", "status": "True", "reason": "InstallSucceeded", "message": "stood in",
                           "lastTransitionTime": "2026-01-01T00:00:00Z"}
        for release in made:
            name, options = release["metadata"]["name"], ("--namespace", release["metadata"]["namespace"])
            generation = self.server.get("helmrelease", name, *options)["metadata"]["generation"]
            status = {"observedGeneration": generation, "conditions": [ready_condition]}
            result = self.server.kubectl("patch", "helmrelease", name, *options, "--subresource=status", "--type=merge",
                                         "--patch", json.dumps({"status": status}))
            if result.returncode:
                return result.stderr
        return None

    def apply(self, document):
        result = self.server.kubectl("apply", "--server-side", "--filename=-", input=json.dumps(document))
        if result.returncode:
            raise RuntimeError(result.stderr)
