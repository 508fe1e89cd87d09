#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates rendered and installed manifests against the schemas of Kubernetes, of other CRDs and of our own.

Unknown fields are refused everywhere. Before anything counts, broken manifests must be refused."""

import argparse
import copy
import pathlib
import re
import subprocess
import sys

import jsonschema
import kubernetes_validate
import yaml

VERSIONS = 3
OURS = "config/crd/observability.cozystack.io_observabilities.yaml"
OTHERS = {
    "VMPodScrape": "vmpodscrapes.operator.victoriametrics.com.yaml",
    "VMRule": "vmrules.operator.victoriametrics.com.yaml",
    "GrafanaDashboard": "grafanadashboards.grafana.integreatly.org.yaml",
    "KeycloakClient": "keycloakclients.v1.edp.epam.com.yaml",
    "CiliumNetworkPolicy": "stubs/ciliumnetworkpolicies.cilium.io.yaml",
    "VMServiceScrape": "vmservicescrapes.operator.victoriametrics.com.yaml",
    "HTTPRoute": "httproutes.gateway.networking.k8s.io.yaml",
}


class Report:
    """Counts what was checked and prints what failed."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, validate):
        try:
            validate()
        except Exception as error:  # pylint: disable=broad-except
            self.failed += 1
            print(f"FAILED {name}: {one_line(error)}")
        else:
            self.passed += 1

    def refuses(self, name, validate):
        try:
            validate()
        except (jsonschema.ValidationError, kubernetes_validate.ValidationError):
            self.passed += 1
        except Exception as error:  # pylint: disable=broad-except
            self.failed += 1
            print(f"FAILED self-check: {name}: {one_line(error)}")
        else:
            self.failed += 1
            print(f"FAILED self-check: {name} is not refused")


def one_line(error):
    if isinstance(error, jsonschema.ValidationError):
        path = ".".join(str(part) for part in error.absolute_path)
        return f"{path or 'the document'}: {error.message[:300]}"
    return " ".join(str(error).split())[:400]


def documents(path):
    return [document for document in yaml.safe_load_all(pathlib.Path(path).read_text("utf-8")) if document]


def newest_versions():
    """The newest versions of Kubernetes whose strict schemas the validator carries."""
    folder = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    found = set()
    for entry in folder.iterdir():
        match = re.fullmatch(r"v(\d+)\.(\d+)\.\d+-local-strict", entry.name)
        if match:
            found.add((int(match[1]), int(match[2])))
    return [f"{major}.{minor}" for major, minor in sorted(found)[-VERSIONS:]]


def strict(schema):
    """The structural schema as JSON Schema that refuses unknown fields, as the API server does on strict validation."""
    if schema.get("x-kubernetes-int-or-string"):
        return {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    result = {
        key: value for key, value in schema.items()
        if key in ("type", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
                   "minProperties", "maxProperties", "required", "uniqueItems", "multipleOf")
    }
    properties = schema.get("properties")
    if properties is not None:
        result["properties"] = {name: strict(value) for name, value in properties.items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            result["additionalProperties"] = False
    if isinstance(schema.get("additionalProperties"), dict):
        result["additionalProperties"] = strict(schema["additionalProperties"])
    if isinstance(schema.get("items"), dict):
        result["items"] = strict(schema["items"])
    if schema.get("nullable"):
        return {"anyOf": [result, {"type": "null"}]}
    return result


def validator(path):
    """Validates objects by the version that a CustomResourceDefinition stores."""
    definition = documents(path)[0]
    version = next(version for version in definition["spec"]["versions"] if version["storage"])
    schema = strict(version["schema"]["openAPIV3Schema"])
    schema["required"] = sorted(set(schema.get("required", [])) | {"apiVersion", "kind", "metadata", "spec"})
    jsonschema.Draft202012Validator.check_schema(schema)
    expected = f"{definition['spec']['group']}/{version['name']}"

    def validate(document):
        if document["apiVersion"] != expected:
            raise ValueError(f"apiVersion {document['apiVersion']}, but the CRD has {expected}")
        # Structural schemas leave metadata to the API server.
        jsonschema.Draft202012Validator(schema).validate(document)

    return validate


def core(document, version):
    kubernetes_validate.validate(document, version, strict=True)


def installed(folder):
    """The manifests of `kubectl apply -k`, with their files."""
    folder = pathlib.Path(folder)
    for name in documents(folder / "kustomization.yaml")[0].get("resources", []):
        path = (folder / name).resolve()
        if path.is_dir():
            yield from installed(path)
        else:
            for document in documents(path):
                yield path.relative_to(pathlib.Path.cwd()), document


def render(operator, sample):
    # Where the sample names no backend by URL the tenant's Services give it.
    result = subprocess.run([operator, "render", "-f", str(sample)], capture_output=True, text=True, timeout=60,
                            check=False)
    if result.returncode != 0:
        raise RuntimeError(f"render ends with {result.returncode}: {result.stderr}")
    return [document for document in yaml.safe_load_all(result.stdout) if document]


def self_check(report, children, others, ours, sample, versions):
    """Whatever accepts these would accept anything."""
    workload = next((child for child in children if child["kind"] == "DaemonSet"), None)
    if workload is None:
        report.check("self-check", lambda: (_ for _ in ()).throw(ValueError("no sample renders a DaemonSet")))
        return
    for version in versions:
        broken = copy.deepcopy(workload)
        broken["spec"]["template"]["spec"]["containers"][0]["imagePullPolcy"] = "Always"
        report.refuses(f"an unknown field in a DaemonSet of {version}", lambda d=broken, v=version: core(d, v))
        broken = copy.deepcopy(workload)
        broken["spec"]["template"]["spec"]["hostPID"] = "yes"
        report.refuses(f"a wrong type in a DaemonSet of {version}", lambda d=broken, v=version: core(d, v))
    broken = copy.deepcopy(sample)
    broken["spec"]["nodeAgnet"] = {}
    report.refuses("an unknown field in an Observability", lambda: ours(broken))
    for child in children:
        if child["kind"] in others:
            broken_child = copy.deepcopy(child)
            broken_child["spec"]["scrapeIntervall"] = "30s"
            report.refuses(f"an unknown field in a {child['kind']}", lambda: others[child["kind"]](broken_child))
            break


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operator", required=True)
    parser.add_argument("--crds", type=pathlib.Path, required=True)
    arguments = parser.parse_args()

    versions = newest_versions()
    report = Report()
    ours = validator(OURS)
    others = {kind: validator(arguments.crds / name) for kind, name in OTHERS.items()
              if (arguments.crds / name).is_file()}
    skipped = set()

    def check(name, document):
        kind = document["kind"]
        if kind in OTHERS:
            if kind in others:
                report.check(f"{name}: {kind}", lambda: others[kind](document))
            else:
                skipped.add(kind)
        elif kind == "Observability":
            report.check(f"{name}: {kind}", lambda: ours(document))
        else:
            for version in versions:
                report.check(f"{name}: {kind} {document['metadata']['name']} in Kubernetes {version}",
                             lambda v=version: core(document, v))

    children = []
    samples = sorted(pathlib.Path("config/samples").glob("*.yaml"))
    for sample in samples:
        for document in documents(sample):
            check(sample, document)
        try:
            rendered = render(arguments.operator, sample)
        except (RuntimeError, OSError, subprocess.TimeoutExpired, yaml.YAMLError) as error:
            report.check(sample, lambda e=error: (_ for _ in ()).throw(e))
            continue
        report.check(sample, lambda r=rendered: None if r else (_ for _ in ()).throw(ValueError("renders nothing")))
        for document in rendered:
            check(f"render of {sample}", document)
        children += rendered

    golden = sorted(pathlib.Path("Tests/RenderingTests/Golden").glob("*.yaml"))
    report.check("golden files", lambda: None if golden else (_ for _ in ()).throw(ValueError("there are none")))
    for path in golden:
        for document in documents(path):
            check(path, document)

    for folder in ("config/default", "config/clickhouse-credentials", "config/ui-ingress", "config/dashboards",
                   "config/monitoring"):
        try:
            for path, document in installed(folder):
                check(path, document)
        except (OSError, yaml.YAMLError) as error:
            report.check(folder, lambda e=error: (_ for _ in ()).throw(e))

    if samples:
        self_check(report, children, others, ours, documents(samples[0])[0], versions)
    for kind in sorted(skipped):
        print(f"SKIPPED {kind}: there is no {arguments.crds / OTHERS[kind]} (CRDS names the folder)")
    print(f"Kubernetes {', '.join(versions)}: {report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed or not samples or not versions else 0


if __name__ == "__main__":
    sys.exit(main())
