# SPDX-License-Identifier: Apache-2.0
"""What the checks of the charts share: the report, Helm, manifests and an API server in memory."""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import yaml

CHARTS = pathlib.Path("charts")
DEFINITIONS, OPERATOR, OBJECT = "observability-operator-crds", "observability-operator", "observability"
NAMES = (DEFINITIONS, OPERATOR, OBJECT)
NAMESPACE = "cozy-observability"
AGENTS = "cozy-coroot"
HELM_LABELS = {"helm.sh/chart", "app.kubernetes.io/managed-by"}
HELM_ANNOTATIONS = {"helm.sh/resource-policy", "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"}


class Report:
    """Prints a line a check, and counts."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, problem=None):
        """Records a check, which failed if there is a problem: a text, or a list of them."""
        if problem:
            self.failed += 1
            lines = problem if isinstance(problem, list) else [problem]
            print(f"FAILED {name}")
            for line in lines[:10]:
                print(f"       {' '.join(str(line).split())[:600]}")
        else:
            self.passed += 1
            print(f"ok     {name}")

    def skip(self, name, why):
        self.skipped += 1
        print(f"SKIPPED {name}: {why}")


class Helm:
    """One version of Helm, with caches of its own."""

    def __init__(self, path, folder, kubeconfig=None):
        self.path = str(path)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "HELM_CACHE_HOME": f"{folder}/helm",
            "HELM_CONFIG_HOME": f"{folder}/helm", "HELM_DATA_HOME": f"{folder}/helm",
            "KUBECONFIG": str(kubeconfig or "/dev/null"),
        }
        self.version = run([self.path, "version", "--template", "{{.Version}}"], env=self.environment).stdout.strip()

    def __call__(self, *arguments, **options):
        return run([self.path, *map(str, arguments)], env=self.environment, **options)

    def template(self, chart, *arguments, values=None, namespace=NAMESPACE):
        options = ["--namespace", namespace]
        text = None
        if values is not None:
            options += ["--values", "-"]
            text = json.dumps(values)
        return self("template", chart, CHARTS / chart, *options, *arguments, input=text)


def run(command, timeout=120, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, **options)


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def key(document):
    metadata = document["metadata"]
    return document["kind"], metadata.get("namespace", ""), metadata["name"]


def by_key(text):
    """The manifests of a text by kind, namespace and name; a manifest that stands there twice is an error."""
    found = {}
    for document in documents(text):
        if key(document) in found:
            raise ValueError(f"{key(document)} is rendered twice")
        found[key(document)] = document
    return found


def without_helm(document):
    """The manifest without what Helm adds."""
    document = json.loads(json.dumps(document))
    metadata = document["metadata"]
    for field, names in (("labels", HELM_LABELS), ("annotations", HELM_ANNOTATIONS)):
        kept = {name: value for name, value in metadata.get(field, {}).items() if name not in names}
        metadata.pop(field, None)
        if kept:
            metadata[field] = kept
    return document


def differences(wanted, found, path=""):
    """Where two values differ, as texts."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [text for name in sorted(wanted.keys() | found.keys())
                for text in differences(wanted.get(name), found.get(name), f"{path}.{name}")]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [text for index, pair in enumerate(zip(wanted, found)) for text in differences(*pair, f"{path}[{index}]")]
    return [] if wanted == found else [f"{path}: {json.dumps(wanted)[:200]}, but {json.dumps(found)[:200]}"]


def not_stored(wanted, stored, path=""):
    """What of a manifest the server stores in another way; what it adds does not count."""
    if isinstance(wanted, dict) and isinstance(stored, dict):
        return [text for name in wanted for text in not_stored(wanted[name], stored.get(name), f"{path}.{name}")]
    return differences(wanted, stored, path) if not isinstance(wanted, list) else [
        text for index, value in enumerate(wanted)
        for text in not_stored(value, stored[index] if isinstance(stored, list) and index < len(stored) else None,
                               f"{path}[{index}]")]


class Cluster:
    """An API server in memory, and kubectl for it."""

    def __init__(self, folder, arguments):
        self.folder, self.arguments = pathlib.Path(folder), arguments
        self.kubeconfig = self.folder / "kubeconfig"
        self.account = self.folder / "operator.kubeconfig"
        self.endpoints = self.folder / "endpoints"
        self.processes = []
        self.operator = None

    def start(self, *command, log):
        with open(self.folder / log, "w", encoding="utf-8") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def serve(self):
        server = self.start(
            self.arguments.devcluster, "run", "--listen", "127.0.0.1:0", "--kubeconfig", self.kubeconfig, "--endpoints",
            self.endpoints, "--service-account-kubeconfig", f"{NAMESPACE}/{OPERATOR}={self.account}",
            "--no-real-backend", log="devcluster.log")
        self.until(lambda: self.endpoints.exists() and self.endpoints.stat().st_size > 0 or server.poll() is not None)
        if server.poll() is not None:
            raise RuntimeError((self.folder / "devcluster.log").read_text("utf-8"))
        # The samples bring the agents' namespace along; a cluster that is new to the product has none.
        self.kubectl("delete", "namespace", AGENTS, NAMESPACE, "--ignore-not-found")

    def follow(self):
        """Runs the operator, with the rights of its account, as long as its Deployment exists: what nodes would do."""
        wanted = self.get(f"deployment/{OPERATOR}", "--namespace", NAMESPACE) is not None
        if wanted and not self.operator:
            self.operator = self.start(
                self.arguments.operator, "run", "--kubeconfig", self.account, "--backend-address-map", self.endpoints,
                "--listen", "127.0.0.1:0", log="operator.log")
        elif self.operator and not wanted:
            self.stop(self.operator)
            self.operator = None

    def add_node(self, name, kernel):
        """Adds a node like the others but for its kernel."""
        node = self.get("nodes")[0]
        node["metadata"] = {"name": name, "labels": node["metadata"]["labels"] | {"kubernetes.io/hostname": name}}
        node["status"]["nodeInfo"]["kernelVersion"] = kernel
        for options in (("create",), ("patch", "node", name, "--subresource=status", "--type=merge", "--patch",
                                      json.dumps({"status": node["status"]}))):
            result = self.kubectl(*options, *(("--filename=-",) if options == ("create",) else ()), input=json.dumps(node))
            if result.returncode:
                raise RuntimeError(result.stderr)

    def kubectl(self, *arguments, **options):
        return run([self.arguments.kubectl, "--kubeconfig", str(self.kubeconfig), *map(str, arguments)], **options)

    def get(self, *arguments):
        """One object or a list of them, or None."""
        result = self.kubectl("get", *arguments, "--output", "json", "--show-managed-fields")
        if result.returncode:
            return None
        answer = json.loads(result.stdout)
        return answer["items"] if answer["kind"] == "List" or "items" in answer else answer

    def refusal(self, document):
        """What the server itself says to an object of ours, when it refuses it."""
        url = yaml.safe_load(self.kubeconfig.read_text("utf-8"))["clusters"][0]["cluster"]["server"]
        request = urllib.request.Request(
            f"{url}/apis/{document['apiVersion']}/observabilities", json.dumps(document).encode(),
            {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request):
                return None
        except urllib.error.HTTPError as error:
            return json.load(error)["message"]

    def everything(self):
        """The resource versions of all objects but those that live by the minute."""
        kinds = self.kubectl("api-resources", "--verbs=list", "--output=name").stdout.split()
        kinds = [kind for kind in kinds if not kind.startswith(("events", "leases", "pods"))]
        found = self.get(",".join(sorted(set(kinds))), "--all-namespaces") or []
        return {key(object_): object_["metadata"]["resourceVersion"] for object_ in found}

    @staticmethod
    def until(condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not (found := condition()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    def stop(self, process):
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def cluster(arguments):
    """A cluster with both Helms; nothing is left running."""
    with tempfile.TemporaryDirectory() as folder:
        started = Cluster(folder, arguments)
        try:
            started.serve()
            yield started, Helm(arguments.helm, folder, started.kubeconfig), Helm(
                arguments.old_helm, folder, started.kubeconfig)
        finally:
            for process in reversed(started.processes):
                started.stop(process)
