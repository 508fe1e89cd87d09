# SPDX-License-Identifier: Apache-2.0
"""The life of the charts on an API server: install, upgrade, rollback, uninstall; GitOps; what is refused there."""

import json

import readme
from tools import (AGENTS, CHARTS, DEFINITIONS, NAMES, NAMESPACE, OBJECT, OPERATOR, by_key, cluster, differences, key,
                   not_stored)

HERE = ("--namespace", NAMESPACE)
AGENT = ("daemonset/platform-node-agent", "--namespace", AGENTS)
DASHBOARDS = ["--set", "dashboardsNamespaces={tenant-root}"]
LABEL = "pod-security.kubernetes.io/enforce"
INELIGIBLE = "observability.cozystack.io/node-agent"


def succeeds(result):
    return result.returncode and (result.stderr or result.stdout)


def ready(server):
    """Waits until the object is Ready, and returns what it says otherwise."""
    def condition():
        found = server.get("observability/platform") or {}
        return next((c for c in found.get("status", {}).get("conditions", []) if c["type"] == "Ready"), {})

    server.until(lambda: condition().get("status") == "True")
    return None if condition().get("status") == "True" else f"Ready is {condition()}"


def install(report, helm, old_helm, arguments):
    for version in (helm, old_helm):
        with cluster(arguments) as (server, helm4, helm3):
            live(report, server, helm4 if version is helm else helm3)


def live(report, server, helm):
    title = f"Helm {helm.version}: "
    # It cannot carry an agent, so the operator labels it, and takes the label off on removal.
    server.add_node("old", kernel="4.18.0")
    before = set(server.everything())
    readme.play(report, server, helm, "With Helm")
    report.check(title + "the object becomes Ready", ready(server))
    report.check(title + "the node with an old kernel is labelled", None if server.until(
        lambda: INELIGIBLE in server.get("node/old")["metadata"]["labels"]) else "it is not")
    for name in NAMES:
        stored_as_rendered(report, server, title, helm("get", "manifest", name, *HERE).stdout, name)
        readme.check_notes(report, server, helm, name, NAMESPACE)

    first = server.get(*AGENT)
    readme.play(report, server, helm, "With Helm", 1)
    report.check(title + "an upgrade without a change rolls no agent", None if server.get(*AGENT)["metadata"][
        "generation"] == first["metadata"]["generation"] and server.get(*AGENT)["metadata"]["uid"] == first["metadata"][
            "uid"] else "the DaemonSet is another")
    for name in NAMES:
        readme.check_notes(report, server, helm, name, NAMESPACE)
    values = ["--set", "replicas=3", "--set", "labels.team=platform", "--set", "metrics.enabled=true", *DASHBOARDS]
    report.check(title + "upgrade with other values", succeeds(helm("upgrade", OPERATOR, CHARTS / OPERATOR, *HERE, *values)))
    deployment = server.get(f"deployment/{OPERATOR}", *HERE)
    report.check(title + "the upgrade arrives", None if deployment["spec"]["replicas"] == 3 and
                 deployment["metadata"]["labels"]["team"] == "platform" and
                 server.get(f"service/{OPERATOR}", *HERE) else json.dumps(deployment["spec"])[:300])
    report.check(title + "upgrade of the object",
                 succeeds(helm("upgrade", OBJECT, CHARTS / OBJECT, *HERE, "--set", "nodeAgent.features.ping=false")))

    def generation():
        return server.get(*AGENT)["metadata"]["generation"]
    report.check(title + "the agents follow", None if server.until(
        lambda: generation() > first["metadata"]["generation"]) else "the DaemonSet did not change")
    report.check(title + "rollback of the object", succeeds(helm("rollback", OBJECT, "1", *HERE)))
    report.check(title + "the agents are as they were", None if server.until(
        lambda: server.get(*AGENT)["spec"] == first["spec"]) else "the DaemonSet's spec differs")
    report.check(title + "rollback of the operator", succeeds(helm("rollback", OPERATOR, "1", *HERE)))
    deployment = server.get(f"deployment/{OPERATOR}", *HERE)
    report.check(title + "the rollback arrives", None if deployment["spec"]["replicas"] == 2 and
                 "team" not in deployment["metadata"]["labels"] and
                 not server.get(f"service/{OPERATOR}", *HERE) else json.dumps(deployment["metadata"])[:300])
    report.check(title + "the object is Ready still", ready(server))

    readme.play(report, server, helm, "Remove it")
    # Each namespace comes with an account of its own.
    stays = {("CustomResourceDefinition", "", "observabilities.observability.cozystack.io")} | {
        name for namespace in (AGENTS, NAMESPACE)
        for name in (("Namespace", "", namespace), ("ServiceAccount", namespace, "default"))}
    server.until(lambda: set(server.everything()) - before <= stays, 15)
    left = set(server.everything()) - before
    report.check(title + "the definition and both namespaces stay, and nothing else",
                 [f"left: {name}" for name in sorted(left - stays)] + [f"gone: {name}" for name in sorted(stays - left)])
    for name in NAMES:
        values = DASHBOARDS if name == OPERATOR else []
        report.check(f"{title}{name} is installed again", succeeds(helm("install", name, CHARTS / name, *HERE, *values)))
    server.follow()
    report.check(title + "what stayed is adopted", ready(server))

    readme.play(report, server, helm, "Remove it")
    readme.play(report, server, helm, "Remove it", 1)
    server.until(lambda: not set(server.everything()) - before, 15)
    report.check(title + "and in the end nothing stays",
                 [f"left: {name}" for name in sorted(set(server.everything()) - before)])


def kustomize(report, _helm, _old, arguments):
    """The README's way without Helm."""
    with cluster(arguments) as (server, helm, _):
        readme.play(report, server, helm, "With kustomize")
        report.check("with kustomize the object becomes Ready", ready(server))


def stored_as_rendered(report, server, title, text, name):
    """What the server stores is what was rendered, plus defaults: nothing is in permanent difference."""
    wrong = []
    for document in by_key(text).values():
        kind, namespace, object_name = key(document)
        stored = server.get(kind, object_name, *(("--namespace", namespace) if namespace else ()))
        wrong += [f"{kind} {object_name}{text}" for text in not_stored(document, stored or {})]
    report.check(f"{title}{name} is stored as it is rendered", wrong)


def gitops(report, _helm, _old, arguments):
    """Applied by the server a second time, nothing changes: as Argo CD and Flux compare."""
    with cluster(arguments) as (server, helm, _):
        for namespace in (NAMESPACE, AGENTS):
            server.kubectl("create", "namespace", namespace)
        on = {"metrics": {"enabled": True}, "podDisruptionBudget": {"enabled": True}, "tolerateControlPlane": True}
        for name in NAMES:
            for title, values in [("default values", {})] + ([("all switches on", on)] if name == OPERATOR else []):
                text = helm.template(name, values=values).stdout
                options = ("apply", "--server-side", "--force-conflicts", "--field-manager=gitops", "--filename=-",
                           "--output=json", "--show-managed-fields")
                first = server.kubectl(*options, input=text)
                report.check(f"{name} with {title} is applied by the server", succeeds(first))
                report.check(f"{name} with {title}: a second apply changes nothing", changed(server, text, options))
                stored_as_rendered(report, server, "", text, name)


def changed(server, text, options):
    """What a second apply, as a dry run, would change; status is the controllers', who come to rest meanwhile."""
    wrong = []

    def compare():
        second = server.kubectl(*options, "--dry-run=server", input=text)
        live = server.kubectl("get", "--filename=-", "--output=json", "--show-managed-fields", input=text)
        wanted, found = at_rest(live.stdout), at_rest(second.stdout)
        wrong[:] = differences(wanted, found) or ([] if wanted else [second.stderr + live.stderr])
        return not wrong
    server.until(compare, 10)
    return wrong


def at_rest(text):
    """The objects without status."""
    objects = {}
    for object_ in listed(text):
        object_.pop("status", None)
        fields = [entry for entry in object_["metadata"].get("managedFields", []) if entry.get("subresource") != "status"]
        object_["metadata"]["managedFields"] = fields
        objects[" ".join(key(object_))] = object_
    return objects


def listed(text):
    """The objects that kubectl printed one after another, without the times of their field managers."""
    decoder, found, position = json.JSONDecoder(), [], 0
    while text[position:].strip():
        position += len(text[position:]) - len(text[position:].lstrip())
        value, position = decoder.raw_decode(text, position)
        found += value["items"] if value["kind"] == "List" else [value]
    for object_ in found:
        for entry in object_["metadata"].get("managedFields", []):
            entry.pop("time", None)
    return found


def refusals(report, _helm, _old, arguments):
    """Bad input that only a server can answer."""
    for version in (0, 1):
        with cluster(arguments) as (server, *helms):
            refused(report, server, helms[version])


def refused(report, server, helm):
    title = f"Helm {helm.version}: "
    server.kubectl("create", "namespace", NAMESPACE)
    server.kubectl("label", "namespace", NAMESPACE, f"{LABEL}=restricted")

    before = server.everything()
    result = helm("install", OBJECT, CHARTS / OBJECT, *HERE)
    report.check(title + "the object before the definition: the error names the kind",
                 None if result.returncode and 'no matches for kind "Observability"' in result.stderr else result.stderr)
    after = {name: version for name, version in server.everything().items() if name[0] != "Secret"}
    report.check(title + "and nothing was created", [f"changed: {n}" for n in after if before.get(n) != after[n]])
    helm("uninstall", OBJECT, *HERE)

    helm("install", DEFINITIONS, CHARTS / DEFINITIONS, *HERE)
    result = helm("install", OPERATOR, CHARTS / OPERATOR, *HERE)
    report.check(title + "the operator before the agents' namespace: the error names it",
                 None if result.returncode and f'namespaces "{AGENTS}" not found' in result.stderr else result.stderr)
    helm("uninstall", OPERATOR, *HERE)

    invalid = ["--set", "mode=Sometimes", "--set", "createNamespace=false"]
    skip = "--skip-schema-validation"
    result = helm("install", OBJECT, CHARTS / OBJECT, *HERE, skip, *invalid)
    said = server.refusal(by_key(helm.template(OBJECT, skip, *invalid).stdout)["Observability", "", "platform"])
    report.check(title + "the API server's message reaches the user unchanged",
                 None if result.returncode and said and "Unsupported value" in said and said in result.stderr
                 else f"{result.stderr} does not hold: {said}")
    helm("uninstall", OBJECT, *HERE)

    result = helm("install", OBJECT, CHARTS / OBJECT, *HERE, skip, "--set", "ofANewerRelease=1", "--set",
                  "createNamespace=false")
    report.check(title + "a field that the definition lacks, as after an upgrade without it, is named",
                 None if "ofANewerRelease" in result.stderr else f"{result.returncode}: {result.stderr}")
    helm("uninstall", OBJECT, *HERE)

    server.kubectl("create", "namespace", AGENTS)
    server.kubectl("label", "namespace", AGENTS, f"{LABEL}=baseline")
    report.check(title + "the operator in a restricted namespace", succeeds(
        helm("install", OPERATOR, CHARTS / OPERATOR, *HERE, *DASHBOARDS)) or succeeds(
        helm("install", OBJECT, CHARTS / OBJECT, *HERE, "--set", "createNamespace=false")))
    available = server.until(lambda: (server.get(f"deployment/{OPERATOR}", *HERE) or {}).get("status", {}).get(
        "availableReplicas") == 2)
    report.check(title + "it runs there", None if available else json.dumps(
        (server.get(f"deployment/{OPERATOR}", *HERE) or {}).get("status")))
    server.follow()
    command = f"kubectl label namespace {AGENTS} {LABEL}=privileged"

    def message():
        found = (server.get("observability/platform") or {}).get("status", {}).get("conditions", [])
        return next((c["message"] for c in found if c["type"] == "AgentsAvailable"), "")
    server.until(lambda: command in message())
    report.check(title + "agents in a namespace without privileges: the condition has the command",
                 None if command in message() else message() or "there is no condition")
    server.kubectl(*command.split()[1:], "--overwrite")
    report.check(title + "and the command helps", ready(server))
    server.stop(server.operator)

    before = server.everything()
    result = helm("install", "second", CHARTS / OPERATOR, "--namespace", "default")
    report.check(title + "a second release of the operator is refused by its names",
                 None if result.returncode and "cannot be imported" in result.stderr else result.stderr)
    after = server.everything()
    report.check(title + "before anything changed",
                 [f"changed: {name}" for name in after.keys() | before.keys() if after.get(name) != before.get(name)])
