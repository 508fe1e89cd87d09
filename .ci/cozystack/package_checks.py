# SPDX-License-Identifier: Apache-2.0
"""Follows each Package example through Cozystack: schemas, the HelmReleases and namespaces that its operator makes,
what Helm would install with their values, and what Flux would say of the object's health."""

import yaml

import health
import helm
import releases
import rule_checks
import schemas
import tree

EXAMPLES = ("package-agents-only.yaml", "package-slim.yaml", "package-full.yaml")
# The namespace of the root tenant.
PLATFORM = "tenant-root"
# With the platform's VictoriaMetrics, and without.
SERVED = (["operator.victoriametrics.com/v1beta1/VMServiceScrape"], [])


def run(report, files, in_tree, folders):
    """Follows the examples in each form of the packages; `folders` has the two trees laid out. Returns the HelmReleases
    as files, for those who want to read them."""
    custom = schemas.load()
    source = source_of(files)
    repository = tree.documents((tree.CONFIG / "ocirepository.yaml").read_bytes())[0]
    report.holds("ocirepository.yaml", lambda: custom["OCIRepository"](repository))
    tag = repository["spec"]["ref"].get("tag")
    report.expect("ocirepository.yaml has this release's tag", None if tag == f"v{tree.release()}" else f"it has {tag}")
    ref = source["spec"]["sourceRef"]
    made = {"kind": repository["kind"], "name": repository["metadata"]["name"],
            "namespace": repository["metadata"]["namespace"], "path": "/"}
    report.expect("packagesource.yaml reads from ocirepository.yaml", None if ref == made else f"{ref}, not {made}")

    forms = {"": (source, folders["artifact"]), ", tapped": (source_of(rule_checks.tapped(files)), folders["artifact"]),
             ", in-tree": (source_of(in_tree), folders["in-tree"])}
    written = {}
    for file in EXAMPLES:
        package = tree.documents((tree.CONFIG / file).read_bytes())[0]
        report.holds(file, lambda p=package: custom["Package"](p))
        for form, (other, folder) in forms.items():
            # A Package has the name of its PackageSource, whatever that is.
            if form:
                package = package | {"metadata": {"name": other["metadata"]["name"]}}
            releases_of = follow(report, f"{file}{form}", other, package, folder, custom)
            if not form:
                written[file.removeprefix("package-")] = yaml.safe_dump_all(releases_of, sort_keys=False).encode()
    refused_packages(report, source, custom)
    health.run(report, source)
    return written


def source_of(files):
    return tree.documents(files[tree.SOURCE])[0]


def follow(report, file, source, package, folder, custom):
    """Checks everything that follows from one Package; returns its HelmReleases."""
    made = list(releases.helm_releases(source, package))
    names = {(one["metadata"]["namespace"], one["metadata"]["name"]) for one in made}
    for one in made:
        where = f"{file}: HelmRelease {one['metadata']['name']}"
        report.holds(where, lambda o=one: custom["HelmRelease"](o))
        waits = {(other["namespace"], other["name"]) for other in one["spec"].get("dependsOn", [])}
        report.expect(f"{where} waits for releases of its Package", None if waits <= names else str(waits - names))
    namespaces = releases.namespaces(source, package)
    expected = {"cozy-observability": {"cozystack.io/system": "true"},
                "cozy-coroot": {"cozystack.io/system": "true", "pod-security.kubernetes.io/enforce": "privileged"}}
    report.expect(f"{file}: namespaces", None if namespaces == expected else str(namespaces))
    for component, given in releases.installed(source, package):
        for served in SERVED:
            rendered(report, file, component, given, served, namespaces, folder, custom)
    return made


def rendered(report, file, component, given, served, namespaces, folder, custom):
    """Checks what Helm would install of one component."""
    where = f"{file}: {component['name']}{'' if served else ' without VictoriaMetrics'}"
    chart = folder / component["path"]
    values = {}
    for name in component.get("valuesFiles") or []:
        values = releases.merged(values, yaml.safe_load((chart / name).read_text("utf-8")) or {})
    values = releases.merged(releases.merged(values, releases.COZYSTACK_VALUES), given)
    applications = {one["namespace"] for one in values.get("clickHouseApplications") or []}
    objects, error = helm.template(chart, releases.release_name(component), component["install"]["namespace"], values,
                                   served)
    report.expect(where, error or (None if objects else "renders nothing"))
    for _, one in objects:
        kind, name = one["kind"], one["metadata"].get("name")
        if kind == "Namespace" and name in namespaces:
            report.expect(f"{where}: {kind} {name}", "Cozystack makes this namespace: set createNamespace to false")
            continue
        home = one["metadata"].get("namespace")
        # The right to read the Secret of a ClickHouse application lies in the namespace of that application.
        if kind in ("Role", "RoleBinding") and name.endswith("-credentials") and home in applications:
            continue
        # The right to publish dashboards lies in the namespace of the platform's Grafana, which every platform has.
        beside = [PLATFORM] if kind in ("Role", "RoleBinding") and name.endswith("-dashboards") else []
        report.expect(f"{where}: {kind} {name} lies in a namespace that exists",
                      None if home in (None, "default", *namespaces, *beside) else home)
        if kind == "VMServiceScrape":
            report.expect(f"{where}: VMServiceScrape where it is served", None if served else "it is not served")
        report.holds(f"{where}: {kind} {name}", lambda o=one: schemas.validate(o, custom))


def refused_packages(report, source, custom):
    """Packages that do not fit the PackageSource are found before they are published."""
    base = {"apiVersion": "cozystack.io/v1alpha1", "kind": "Package",
            "metadata": {"name": source["metadata"]["name"]}, "spec": {"variant": "default"}}
    broken = {
        "another name": {"metadata": {"name": "acme.other"}},
        "a variant that is missing": {"spec": {"variant": "agents"}},
        "a component that is missing": {"spec": {"components": {"operator": {"values": {}}}}},
        "a dependency that is none": {"spec": {"ignoreDependencies": ["cozystack.cert-manager"]}},
        "an unknown field": {"spec": {"values": {}}},
    }
    for what, change in broken.items():
        package = releases.merged(base, change)
        try:
            custom["Package"](package)
            list(releases.helm_releases(source, package))
        except ValueError:
            report.expect(f"refused: a Package with {what}", None)
        else:
            report.expect(f"refused: a Package with {what}", "it is accepted")
