# SPDX-License-Identifier: Apache-2.0
"""What needs no cluster: lint, what is rendered, schemas, packages."""

import functools
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

from tools import (AGENTS, CHARTS, DEFINITIONS, NAMES, NAMESPACE, OBJECT, OPERATOR, by_key, differences, documents, run,
                   without_helm)

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import validate  # pylint: disable=wrong-import-position

SCRAPE = "operator.victoriametrics.com/v1beta1/VMServiceScrape"
DIGEST = "sha256:" + "0123456789abcdef" * 4
SELECTOR = {"app.kubernetes.io/name": "observability-operator"}


def lint(report, helm, old_helm, _):
    for version in (helm, old_helm):
        for name in NAMES:
            result = version("lint", "--strict", CHARTS / name)
            report.check(f"lint {name} with Helm {version.version}", result.returncode and result.stdout + result.stderr)
    for path in sorted(CHARTS.glob("*/templates/*")):
        text = path.read_text("utf-8")
        found = re.findall(r"\b(lookup|now|uuidv4|rand\w+|gen[A-Z]\w+|htpasswd|derivePassword|getHostByName)\b",
                           "".join(re.findall(r"\{\{.*?\}\}", text, re.S)))
        report.check(f"{path} gives the same text each time", found and f"it calls {', '.join(found)}")


def defaults(report, helm, old_helm, arguments):
    """With default values the charts install config/default, object by object, but for Helm's labels."""
    result = run([arguments.kubectl, "kustomize", "config/default"])
    report.check("kubectl kustomize config/default", result.returncode and result.stderr)
    wanted = by_key(result.stdout)
    sample = by_key(pathlib.Path("config/samples/agents-only.yaml").read_text("utf-8"))
    for version in (helm, old_helm):
        found = {}
        for name in NAMES:
            found |= by_key(version.template(name).stdout)
        found = {name: without_helm(document) for name, document in found.items()}
        # Helm creates the namespace of a release.
        missing = wanted.keys() - found.keys() - {("Namespace", "", NAMESPACE)}
        extra = found.keys() - wanted.keys() - sample.keys()
        report.check(f"Helm {version.version}: the charts and config/default have the same {len(wanted)} objects",
                     [f"missing: {name}" for name in sorted(missing)] + [f"extra: {name}" for name in sorted(extra)])
        for name, document in sorted((wanted | sample).items()):
            if name in found:
                report.check(f"Helm {version.version}: {' '.join(filter(None, name))} is that of config",
                             differences(document, found[name]))


def operator_cases():
    """Values of the operator's chart, further arguments, and what must hold of the manifests."""
    def container(found):
        return pod(found)["containers"][0]

    def pod(found):
        return deployment(found)["spec"]["template"]["spec"]

    def deployment(found):
        return found["Deployment", NAMESPACE, OPERATOR]

    def environment(found):
        return {entry["name"]: entry.get("value") for entry in container(found)["env"]}

    def kinds(found):
        return {name[0] for name in found}

    image = {"repository": "registry.example.org:5000/mirror/operator", "tag": "1.2.3", "digest": DIGEST}
    reference = f"registry.example.org:5000/mirror/operator:1.2.3@{DIGEST}"
    yield "an image by digest", {"image": image | {"pullPolicy": "Always"}, "imagePullSecrets": [{"name": "mirror"}]}, (), {
        "the container runs it": lambda f: container(f)["image"] == reference,
        "the agents' init container will": lambda f: environment(f)["OPERATOR_IMAGE"] == reference,
        "it is pulled always": lambda f: container(f)["imagePullPolicy"] == "Always",
        "with the Secret": lambda f: pod(f)["imagePullSecrets"] == [{"name": "mirror"}],
    }
    yield "one replica", {"replicas": 1, "resources": {"limits": {"memory": "1Gi"}}}, (), {
        "one is asked for": lambda f: deployment(f)["spec"]["replicas"] == 1,
        "the limit is merged": lambda f: container(f)["resources"] == {
            "limits": {"memory": "1Gi"}, "requests": {"cpu": "10m", "memory": "32Mi"}},
    }
    yield "placement", {
        "nodeSelector": {"pool": "infra"}, "tolerateControlPlane": True, "affinity": None,
        "tolerations": [{"key": "pool", "operator": "Exists"}], "priorityClassName": "system-cluster-critical",
    }, (), {
        "nodes are selected": lambda f: pod(f)["nodeSelector"] == {"pool": "infra"},
        "both taints are tolerated": lambda f: [t["key"] for t in pod(f)["tolerations"]] == [
            "node-role.kubernetes.io/control-plane", "pool"],
        "there is no affinity": lambda f: "affinity" not in pod(f),
        "the priority is set": lambda f: pod(f)["priorityClassName"] == "system-cluster-critical",
    }
    yield "labels and annotations", {
        "labels": {"team": "platform"}, "annotations": {"note": "yes"}, "podLabels": {"pod": "1"},
        "podAnnotations": {"log": "true"},
    }, (), {
        "every object has them": lambda f: all(
            d["metadata"]["labels"]["team"] == "platform" and d["metadata"]["annotations"]["note"] == "yes"
            for d in f.values()),
        "the pods have theirs": lambda f: deployment(f)["spec"]["template"]["metadata"] == {
            "labels": deployment(f)["spec"]["template"]["metadata"]["labels"] | {"pod": "1"} | SELECTOR,
            "annotations": {"log": "true"}},
    }
    yield "logs and domain", {"logLevel": "debug", "logFormat": "json", "clusterDomain": "example.org"}, (), {
        "the operator is told": lambda f: environment(f) == environment(f) | {
            "OPERATOR_LOG_LEVEL": "debug", "OPERATOR_LOG_FORMAT": "json", "OPERATOR_CLUSTER_DOMAIN": "example.org"},
    }
    yield "Cozystack's values", {"_cluster": {"cluster-domain": "cozy.local", "root-host": "x"}, "global": {"a": 1}}, (), {
        "the domain is Cozystack's": lambda f: environment(f)["OPERATOR_CLUSTER_DOMAIN"] == "cozy.local"}
    yield "a domain on Cozystack", {"_cluster": {"cluster-domain": "cozy.local"}, "clusterDomain": "own.local"}, (), {
        "the value comes first": lambda f: environment(f)["OPERATOR_CLUSTER_DOMAIN"] == "own.local"}
    yield "empty values of Cozystack", {"_cluster": None, "_namespace": {}, "global": None}, (), {
        "no domain is set": lambda f: "OPERATOR_CLUSTER_DOMAIN" not in environment(f)}
    yield "two namespaces", {"childrenNamespaces": [AGENTS, "second"]}, (), {
        "each has a RoleBinding": lambda f: {n[1] for n in f if n[0] == "RoleBinding" and n[2].endswith("-children")} == {
            AGENTS, "second"}}
    yield "no namespace", {"childrenNamespaces": []}, (), {
        "there is no RoleBinding": lambda f: not [n for n in f if n[0] == "RoleBinding" and n[2].endswith("-children")]}
    applications = [{"namespace": "tenant-root", "name": "coroot"}, {"namespace": "tenant-a", "name": "traces"}]
    granted = documents(pathlib.Path("config/clickhouse-credentials/role.yaml").read_text("utf-8"))
    yield "no ClickHouse application", {}, (), {
        "no Secret of a tenant is granted": lambda f: not [n for n in f if n[2].endswith("-credentials")]}
    yield "two ClickHouse applications", {"clickHouseApplications": applications}, (), {
        "each has its Role and its binding": lambda f: sorted(n for n in f if n[2].endswith("-credentials")) == sorted(
            (kind, a["namespace"], f"{OPERATOR}-clickhouse-{a['name']}-credentials")
            for kind in ("Role", "RoleBinding") for a in applications),
        "those of tenant-root are that of config": lambda f: not any(
            differences(d, without_helm(f[d["kind"], "tenant-root", d["metadata"]["name"]])) for d in granted),
        "each reads one Secret": lambda f: f["Role", "tenant-a", f"{OPERATOR}-clickhouse-traces-credentials"]["rules"] == [
            {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["clickhouse-traces-credentials"],
             "verbs": ["list", "watch"]}]}
    grants = documents(pathlib.Path("config/dashboards/role.yaml").read_text("utf-8"))
    dashboards = f"{OPERATOR}-dashboards"
    yield "no Grafana", {}, (), {
        "nothing of a Grafana is granted": lambda f: not [n for n in f if n[2] == dashboards]}
    yield "two Grafanas", {"dashboardsNamespaces": ["tenant-root", "tenant-a"]}, (), {
        "each namespace has its Role and its binding": lambda f: sorted(n for n in f if n[2] == dashboards) == sorted(
            (kind, namespace, dashboards) for kind in ("Role", "RoleBinding") for namespace in ("tenant-root", "tenant-a")),
        "those of tenant-root are that of config": lambda f: not any(
            differences(d, without_helm(f[d["kind"], "tenant-root", d["metadata"]["name"]])) for d in grants)}
    yield "all switches off", {"networkPolicy": {"enabled": False}}, (), {
        "there is no NetworkPolicy": lambda f: "NetworkPolicy" not in kinds(f),
        "nor what is off by default": lambda f: not kinds(f) & {"Service", "VMServiceScrape", "PodDisruptionBudget"}}
    on = {"metrics": {"enabled": True}, "podDisruptionBudget": {"enabled": True}}
    yield "all switches on", on, (), {
        "without the kind there is no scrape": lambda f: "Service" in kinds(f) and "VMServiceScrape" not in kinds(f),
        "the Service and the budget select the pods": lambda f: f["Service", NAMESPACE, OPERATOR]["spec"][
            "selector"] == f["PodDisruptionBudget", NAMESPACE, OPERATOR]["spec"]["selector"]["matchLabels"] == SELECTOR}
    monitoring = [document for name in ("service", "service-scrape")
                  for document in documents(pathlib.Path(f"config/monitoring/{name}.yaml").read_text("utf-8"))]
    yield "all switches on, and the kind served", on, ("--api-versions", SCRAPE), {
        "there is a scrape": lambda f: f["VMServiceScrape", NAMESPACE, OPERATOR]["spec"]["selector"]["matchLabels"] == SELECTOR,
        "Service and scrape are those of config/monitoring": lambda f: not any(
            differences(d, without_helm(f[d["kind"], NAMESPACE, OPERATOR])) for d in monitoring)}
    yield "a scrape always", {"metrics": {"enabled": True, "vmServiceScrape": "Always"}}, (), {
        "there is a scrape": lambda f: "VMServiceScrape" in kinds(f)}
    yield "a scrape never", {"metrics": {"enabled": True, "vmServiceScrape": "Never"}}, ("--api-versions", SCRAPE), {
        "there is none": lambda f: "VMServiceScrape" not in kinds(f)}


def matrix(report, helm, old_helm, arguments):
    """Renders many values with both Helms; every manifest is valid, names and selectors are constant."""
    versions = validate.newest_versions()
    ours = validate.validator(validate.OURS)
    scrape_file = arguments.crds / "vmservicescrapes.operator.victoriametrics.com.yaml"
    scrape = validate.validator(scrape_file) if scrape_file.is_file() else None
    if not scrape:
        report.skip("VMServiceScrape", f"there is no {scrape_file} (CRDS names the folder)")

    @functools.cache
    def problem(text):
        """Why a manifest is invalid, or None. Most manifests are the same in most cases, so each is validated once."""
        document = json.loads(text)
        try:
            if document["kind"] == "Observability":
                ours(document)
            elif document["kind"] == "VMServiceScrape":
                if scrape:
                    scrape(document)
            else:
                for version in versions:
                    validate.core(document, version)
        except Exception as error:  # pylint: disable=broad-except
            return validate.one_line(error)
        return None

    def problems(found):
        checked = [(name, problem(json.dumps(document, sort_keys=True))) for name, document in found.items()]
        return [f"{name}: {wrong}" for name, wrong in checked if wrong]

    base = by_key(helm.template(OPERATOR).stdout)
    always = {name for name in base if name[0] != "NetworkPolicy" and not name[2].endswith("-children")}
    cases = [(OPERATOR, *case) for case in [("default values", {}, (), {})] + list(operator_cases())]
    cases += [(OPERATOR, f"Kubernetes {minor}", {}, ("--kube-version", minor), {}) for minor in ("1.30", "1.37.1")]
    cases += [(DEFINITIONS, "labels", {"labels": {"team": "platform"}}, (), {
        "the definition is kept": lambda f: all(
            d["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" and
            d["metadata"]["labels"]["team"] == "platform" for d in f.values())})]
    cases += list(object_cases())
    for chart, title, values, options, expected in cases:
        for version in (helm, old_helm):
            name = f"{chart} with {title}, Helm {version.version}"
            result = version.template(chart, *options, values=values)
            again = version.template(chart, *options, values=values)
            if result.returncode:
                report.check(name, result.stderr)
                continue
            found = by_key(result.stdout)
            wrong = problems(found) + ([] if again.stdout == result.stdout else ["rendered again it differs"])
            if chart == OPERATOR:
                wrong += [f"missing: {lost}" for lost in always - found.keys()]
                selector = found["Deployment", NAMESPACE, OPERATOR]["spec"]["selector"]["matchLabels"]
                wrong += [] if selector == SELECTOR else [f"the selector is {selector}"]
            wrong += [f"not so: {what}" for what, holds in expected.items() if not holds(found)]
            report.check(name, wrong)


def object_cases():
    """Values of the object's chart: each sample's spec gives that spec, and Cozystack's values add what is not set."""
    def spec(found):
        return next(document["spec"] for name, document in found.items() if name[0] == "Observability")

    for path in sorted(pathlib.Path("config/samples").glob("*.yaml")):
        sample = documents(path.read_text("utf-8"))[0]
        yield OBJECT, path.name, {"objectName": sample["metadata"]["name"]} | sample["spec"], (), {
            "the spec is that of the sample": lambda f, wanted=sample: spec(f) == wanted["spec"],
            "so is the name": lambda f, wanted=sample: ("Observability", "", wanted["metadata"]["name"]) in f}
    yield OBJECT, "the agents in the release's namespace", {"namespace": NAMESPACE}, (), {
        "no Namespace is rendered": lambda f: {n[0] for n in f} == {"Observability"}}
    yield OBJECT, "createNamespace false", {"createNamespace": False}, (), {
        "no Namespace is rendered": lambda f: {n[0] for n in f} == {"Observability"}}
    tenant = {"_namespace": {"monitoring": "tenant-a"}}
    yield OBJECT, "the monitoring of a tenant", tenant, (), {
        "metrics and dashboards go there": lambda f: spec(f) == {
            "mode": "AgentsOnly", "namespace": AGENTS, "dashboards": {"namespace": "tenant-a"},
            "metrics": {"victoriaMetrics": {"tenant": {"namespace": "tenant-a"}}}}}
    own = {"metrics": {"victoriaMetrics": {"tenant": {"namespace": "own"}}}, "dashboards": {"namespace": "own"}}
    yield OBJECT, "a monitoring of one's own", tenant | own, (), {
        "the values come first": lambda f: {k: spec(f)[k] for k in own} == own}
    url = {"metrics": {"victoriaMetrics": {"writeURL": "https://vm.example.org/w", "readURL": "https://vm.example.org/r"}}}
    yield OBJECT, "a URL beside a tenant's monitoring", tenant | url, (), {
        "no tenant is added": lambda f: spec(f)["metrics"] == url["metrics"]}


REFUSED = [
    (OPERATOR, {"replcas": 3}, "", "replcas"),
    (OPERATOR, {"replicas": "two"}, "replicas", "integer"),
    (OPERATOR, {"replicas": -1}, "replicas", "0"),
    (OPERATOR, {"image": {"tagg": "x"}}, "image", "tagg"),
    (OPERATOR, {"image": {"tag": 1.10}}, "image.tag", "string"),
    (OPERATOR, {"image": {"digest": "sha256:12"}}, "image.digest", "pattern"),
    (OPERATOR, {"image": {"pullPolicy": "Sometimes"}}, "image.pullPolicy", "IfNotPresent"),
    (OPERATOR, {"imagePullSecrets": ["mirror"]}, "imagePullSecrets.0", "object"),
    (OPERATOR, {"resources": {"limit": {}}}, "resources", "limit"),
    (OPERATOR, {"tolerations": [{"key": "a", "efect": "NoSchedule"}]}, "tolerations.0", "efect"),
    (OPERATOR, {"labels": {"app.kubernetes.io/name": "other"}}, "labels.app.kubernetes.io/name", "observability-operator"),
    (OPERATOR, {"logLevel": "loud"}, "logLevel", "warning"),
    (OPERATOR, {"childrenNamespaces": ["Upper"]}, "childrenNamespaces.0", "pattern"),
    (OPERATOR, {"childrenNamespaces": [AGENTS, AGENTS]}, "childrenNamespaces", "(?i)unique|equal"),
    (OPERATOR, {"clickHouseApplications": ["coroot"]}, "clickHouseApplications.0", "object"),
    (OPERATOR, {"clickHouseApplications": [{"name": "coroot"}]}, "clickHouseApplications.0", "namespace"),
    (OPERATOR, {"clickHouseApplications": [{"namespace": "a", "name": "B"}]}, "clickHouseApplications.0.name", "pattern"),
    (OPERATOR, {"clickHouseApplications": [{"namespace": "a", "name": "b", "user": "c"}]}, "clickHouseApplications.0", "user"),
    (OPERATOR, {"dashboardsNamespaces": "tenant-root"}, "dashboardsNamespaces", "array"),
    (OPERATOR, {"dashboardsNamespaces": ["Tenant"]}, "dashboardsNamespaces.0", "pattern"),
    (OPERATOR, {"dashboardsNamespaces": ["a", "a"]}, "dashboardsNamespaces", "(?i)unique|equal"),
    (OPERATOR, {"networkPolicy": {"from": []}}, "networkPolicy.from", "(?i)minItems|at least 1"),
    (OPERATOR, {"metrics": {"vmServiceScrape": "Maybe"}}, "metrics.vmServiceScrape", "IfServed"),
    (OBJECT, {"nodeAgnet": {}}, "", "nodeAgnet"),
    (OBJECT, {"mode": "Agents"}, "mode", "AgentsOnly"),
    (OBJECT, {"namespace": "Not_a_name"}, "namespace", "pattern"),
    (OBJECT, {"objectName": "x" * 41}, "objectName", "40"),
    (OBJECT, {"nodeAgent": {"spool": {"size": 5}}}, "nodeAgent.spool.size", "string"),
    (OBJECT, {"nodeAgent": {"features": {"ping": "no"}}}, "nodeAgent.features.ping", "boolean"),
    (OBJECT, {"nodeAgent": {"features": {"pong": False}}}, "nodeAgent.features", "pong"),
    (OBJECT, {"nodeAgent": {"env": [{"nam": "A"}]}}, "nodeAgent.env.0", "nam"),
    (OBJECT, {"images": {"pullSecrets": [{"name": "mirror"}]}}, "images.pullSecrets.0", "string"),
    (OBJECT, {"metrics": {"victoriaMetrics": {"caSecretRef": {}}}}, "metrics.victoriaMetrics.caSecretRef", "name"),
    (DEFINITIONS, {"keep": False}, "", "keep"),
]


def schema(report, helm, old_helm, _):
    """Bad values are refused with their path, by hand and for every value there is."""
    for chart, values, path, reason in REFUSED:
        for version in (helm, old_helm):
            report.check(f"{chart} refuses {json.dumps(values)}, Helm {version.version}",
                         not_refused(version.template(chart, values=values), path, reason))

    for name in NAMES:
        whole = json.loads((CHARTS / name / "values.schema.json").read_text("utf-8"))
        for title, wrong in (("a wrong type", wrong_types), ("an unknown value", unknown_values)):
            mistakes = list(wrong(whole))
            values = {}
            for path, value, _ in mistakes:
                values = merged(values, nested(path, value))
            result = helm.template(name, values=values)
            problems = [not_refused(result, ".".join(map(str, path)), reason) for path, _, reason in mistakes]
            report.check(f"{name} refuses {title} at each of {len(mistakes)} paths",
                         [problem for problem in problems if problem] or (not mistakes and "there are none"))
        result = helm.template(name, values={"global": {"a": 1}, "_cluster": {"b": "2"}, "_namespace": {"c": "3"}})
        report.check(f"{name} accepts global, _cluster and _namespace", result.returncode and result.stderr)


def wrong_types(node, path=()):
    """Each value without members, with a value of a type that it has not."""
    if node.get("properties") and node.get("additionalProperties") is False:
        for name, member in node["properties"].items():
            if (*path, name)[0] not in ("global", "_cluster", "_namespace"):
                yield from wrong_types(member, (*path, name))
    elif isinstance(node.get("items"), dict):
        yield from wrong_types(node["items"], (*path, 0))
    else:
        types = node.get("type")
        yield path, [] if "array" not in types else {}, "|".join(types if isinstance(types, list) else [types])


def unknown_values(node, path=()):
    """An unknown member of each object whose members are known."""
    if node.get("additionalProperties") is False:
        yield path, {"notAValue": 1}, "notAValue"
    for name, member in node.get("properties", {}).items():
        yield from unknown_values(member, (*path, name))
    if isinstance(node.get("items"), dict):
        yield from unknown_values(node["items"], (*path, 0))


def nested(path, value):
    """The value at the path, where 0 is the first of a list."""
    for part in reversed(path):
        value = [value] if part == 0 else {part: value}
    return value


def merged(first, second):
    if isinstance(first, dict) and isinstance(second, dict):
        return first | {name: merged(first.get(name), value) for name, value in second.items()}
    if isinstance(first, list) and isinstance(second, list) and first and second:
        return [merged(first[0], second[0])]
    return second


def not_refused(result, path, reason):
    """Why a refusal by the schema is none, or names another path or reason."""
    if result.returncode == 0:
        return f"{path}: it is accepted"
    said = result.stderr
    if "schema" not in said:
        return f"{path}: it is not the schema that refuses: {said}"
    lines = [line.replace("~1", "/") for line in said.splitlines()]
    newer = f"at '/{path.replace('.', '/')}'" if path else "at ''"
    if path.startswith("labels.app"):
        newer = "at '/labels/app.kubernetes.io/name'"
    older = f"- {path or '(root)'}: "
    if any((newer in line or line.startswith(older)) and re.search(reason, line) for line in lines):
        return None
    return f"{path} and {reason} are not in: {said}"


def package(report, helm, _old, _arguments):
    """The same chart gives the same bytes, whenever its files were written. The packages stay in .build."""
    kept = pathlib.Path(".build/chart-packages")
    shutil.rmtree(kept, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            first, second = packed(helm, name, kept), packed(helm, name, pathlib.Path(folder))
            report.check(f"{first.name} is packaged twice with the same bytes",
                         None if first.read_bytes() == second.read_bytes() else "they differ")


def packed(helm, name, destination):
    """Packages a copy of a chart; Helm keeps the times of files, so they are set to that of the last commit."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or run(["git", "log", "-1", "--format=%ct"]).stdout or "0"
    destination.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / name
        shutil.copytree(CHARTS / name, copy, copy_function=shutil.copy)
        for path in [copy, *copy.rglob("*")]:
            os.utime(path, (int(epoch), int(epoch)))
        result = helm("package", copy, "--destination", destination)
        if result.returncode:
            raise RuntimeError(result.stderr)
    return pathlib.Path(result.stdout.strip().rsplit(" ", 1)[-1])
