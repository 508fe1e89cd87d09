#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts the unpacked image and checks what it does there. See .ci/image-run.sh."""

import argparse
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from namespaces import APIServer, NameServer, bind, certify, enter, mount  # noqa: E402

BUNDLE = "etc/ssl/certs/ca-certificates.crt"
BY_DNS, BY_HOSTS, UNKNOWN = "api.image.test", "hosts.image.test", "unknown.image.test"
FILES = {"observability-operator", "etc/passwd", "etc/group", "etc/nsswitch.conf", BUNDLE}

passed = failed = 0


def check(name: str, holds: bool, otherwise: object = "") -> None:
    global passed, failed
    passed, failed = passed + holds, failed + (not holds)
    print(f"{'ok  ' if holds else 'FAIL'} {name}" + ("" if holds else f": {otherwise}"), flush=True)


class Container:
    """The image's process: process 1 of its namespace, with the image's entrypoint, environment and user."""

    def __init__(self, root: Path, process: dict, arguments: list[str], text: str | None = None):
        user = process["user"]
        command = ["setpriv", "--no-new-privs", "unshare", "--mount", "--pid", "--fork", "--kill-child", f"--root={root}",
                   "--wd=/", "--mount-proc=/proc", f"--setgid={user['gid']}", f"--setuid={user['uid']}", *process["args"], *arguments]
        environment = dict(variable.split("=", 1) for variable in process["env"]) | {"POD_NAMESPACE": "cozy-observability"}
        # The tools that start it are the machine's; by the image's own PATH they would not be found.
        command[0] = "/usr/bin/setpriv"
        command[2] = "/usr/bin/unshare"
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT if text is None else subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self.reader = None
        if text is None:
            self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
            self.reader.start()

    @property
    def log(self) -> str:
        """What it has printed so far; for one that was started without a text to read."""
        return "".join(self.lines)

    @property
    def first(self) -> Path:
        """The folder of the process in /proc, once it runs the image's executable."""
        def running() -> Path | None:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            folder = Path(f"/proc/{children[0]}") if children else None
            return folder if folder and os.path.basename(os.readlink(folder / "exe")) == "observability-operator" else None

        return eventually(running)

    def end(self, number: int) -> tuple[int, str, float]:
        """Sends a signal; the exit code, what was printed, and the seconds that it took."""
        start = time.monotonic()
        if self.process.poll() is None:
            os.kill(int(self.first.name), number)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        seconds = time.monotonic() - start
        self.reader.join(timeout=20)
        return self.process.returncode, self.log, seconds


def eventually(condition, seconds: float = 20):
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return value


def once(root: Path, process: dict, arguments: list[str], text: str = "") -> tuple[int, str, str]:
    container = Container(root, process, arguments, text)
    out, err = container.process.communicate(text, timeout=60)
    return container.process.returncode, out, err


def check_files(root: Path) -> None:
    paths = [path for path in root.rglob("*") if not path.is_dir() or path.is_symlink()]
    names = {str(path.relative_to(root)) for path in paths}
    other = {name for name in names - FILES if not name.startswith("licenses/")}
    check("the root holds the executable, four files of /etc and licences, and nothing else",
          not other and FILES <= names, f"other: {sorted(other)}, missing: {sorted(FILES - names)}")
    executable = [str(path.relative_to(root)) for path in paths if path.stat().st_mode & 0o111]
    check("the operator is the only executable: there is no shell", executable == ["observability-operator"], executable)
    loose = [str(path) for path in [root, *root.rglob("*")]
             if path.lstat().st_uid != 0 or path.lstat().st_mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID)]
    check("every file is root's, and no one else may write", not loose, loose)
    bundle = root / BUNDLE
    read = subprocess.run(["openssl", "storeutl", "-noout", "-certs", str(bundle)], capture_output=True, text=True)
    count = bundle.read_text().count("-----BEGIN CERTIFICATE-----")
    check("OpenSSL reads every authority of the bundle", count > 100 and f"Total found: {count}\n" in read.stdout, (count, read))
    licences = {path.name for path in (root / "licenses").iterdir()}
    check("licences of the project, glibc, OpenSSL, curl and Swift are there",
          {"LICENSE", "glibc", "openssl", "curl", "swift"} <= licences, licences)


def check_join(layout: str, tag: str, work: Path) -> None:
    """Joins the image with itself under the name of another architecture, as the build on such a machine would be."""
    def layout_tool(*arguments: str) -> str:
        return subprocess.run([sys.executable, ".ci/image/layout.py", *arguments], check=True, capture_output=True, text=True).stdout.strip()

    def skopeo(*arguments: str) -> str:
        return subprocess.run(["skopeo", *arguments], check=True, capture_output=True, text=True).stdout

    own = json.loads(skopeo("inspect", f"oci:{layout}:{tag}"))["Architecture"]
    second = {"amd64": "arm64"}.get(own, "amd64")
    other, joined, copy = (str(work / name) for name in ("other", "joined", "copy"))
    shutil.copytree(layout, other)
    subprocess.run(["umoci", "config", "--image", f"{other}:{tag}", "--architecture", second, "--no-history"], check=True)
    digest = layout_tool("join", joined, tag, layout, other)
    found = {name: json.loads(skopeo("--override-arch", name, "inspect", f"oci:{joined}:{tag}")) for name in (own, second)}
    check("two architectures join into one index, of which skopeo takes the one asked for",
          all(found[name]["Architecture"] == name for name in found)
          and found[own]["Layers"] == found[second]["Layers"], found)
    skopeo("copy", "--all", "--preserve-digests", f"oci:{joined}:{tag}", f"oci:{copy}:{tag}")
    check("skopeo copies the index with its digest", layout_tool("digest", copy, tag) == digest, digest)
    entries = json.loads((Path(joined) / "index.json").read_text())["manifests"]
    check("the index keeps the list of parts", any(entry.get("artifactType") == "application/vnd.cyclonedx+json" for entry in entries), entries)


def check_commands(root: Path, process: dict, tag: str, sample: Path) -> None:
    code, out, err = once(root, process, ["version"])
    check("version prints the image's tag", code == 0 and out.startswith(f"observability-operator {tag}\n"), (code, out, err))
    mounted = "/run/image/" + sample.name
    code, out, err = once(root, process, ["render", "-f", mounted])
    kinds = re.findall(r"^kind: (\w+)$", out, re.M)
    check("render prints the objects of a sample", code == 0 and {"ServiceAccount", "DaemonSet"} <= set(kinds), (code, kinds, err))
    piped = once(root, process, ["render", "-f", "-"], sample.read_text())
    check("render prints the same of standard input", piped[:2] == (0, out), piped)
    code, out, err = once(root, process, ["render", "-f", "/run/image/missing.yaml"])
    check("render of a missing file ends with 2 and names it", code == 2 and "/run/image/missing.yaml" in err, (code, out, err))


def run(root: Path, process: dict, host: str) -> Container:
    return Container(root, process, ["run", "--listen=127.0.0.1:0", "--log-format=text", f"--kubeconfig=/run/image/{host}"])


def check_identity(container: Container) -> None:
    status = dict(re.findall(r"^(\w+):[ \t]*(.*)$", (container.first / "status").read_text(), re.M))
    check("the process is user and group 65532, of no other group",
          status["Uid"].split() == ["65532"] * 4 and status["Gid"].split() == ["65532"] * 4 and not status["Groups"].strip(),
          status)
    check("it is process 1 of its namespace", status["NSpid"].split()[-1] == "1", status["NSpid"])
    check("it has no capability and cannot get one",
          int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0 and status["NoNewPrivs"] == "1", status)
    try:
        (container.first / "root/written").touch()
        check("its root is read-only", False, "a file could be written as root")
    except OSError as error:
        check("its root is read-only", error.errno == 30, error)


def check_names_and_tls(root: Path, process: dict, work: Path, names: NameServer, api: APIServer, tag: str) -> None:
    agent = f"observability-operator/{tag}"

    def asked(host: str) -> bool:
        return any(request[0] == host and (request[1] or "").startswith(agent) for request in api.requests)

    container = run(root, process, BY_DNS)
    check_identity(container)
    check("with the image's own authorities, a server of none of them is refused",
          bool(eventually(lambda: "TLSV1_ALERT_UNKNOWN_CA" in api.alerts)) and not api.requests, (api.alerts, api.requests))
    # The server hears of the refusal before the operator has said so.
    says = lambda: BY_DNS in container.log and bool(re.search(r"tls: .*(issuer|certificate)", container.log))
    check("the log names the server, and TLS as the reason", bool(eventually(says)), container.log)
    code, text, seconds = container.end(signal.SIGTERM)
    check("SIGTERM ends it with 0 within 5 s, as process 1", code == 0 and seconds < 5, (code, seconds, text))

    # With the public authorities as they are, and one more.
    bundle = work / "bundle.crt"
    bundle.write_text((root / BUNDLE).read_text() + (work / "ca.pem").read_text())
    bundle.chmod(0o644)
    bind(bundle, root / BUNDLE)
    names.queries.clear()
    container = run(root, process, BY_DNS)
    check("with an authority of the server among them, requests reach it", bool(eventually(lambda: asked(BY_DNS))), api.requests)
    check("its name was asked of the pod's DNS server, for both kinds of address, by the search list",
          {(BY_DNS, "A"), (BY_DNS, "AAAA"), (f"{BY_DNS}.svc.cluster.local", "A")} <= set(names.queries), names.queries)
    container.end(signal.SIGTERM)

    names.queries.clear()
    container = run(root, process, BY_HOSTS)
    check("a name of /etc/hosts reaches the server, without DNS",
          bool(eventually(lambda: asked(BY_HOSTS))) and not [query for query in names.queries if query[0] == BY_HOSTS],
          (api.requests, names.queries, container.end(signal.SIGTERM)))
    container.end(signal.SIGTERM)

    container = run(root, process, UNKNOWN)
    eventually(lambda: (UNKNOWN, "A") in names.queries)
    time.sleep(1)
    _, text, _ = container.end(signal.SIGTERM)
    check("a name that DNS does not have is reported as such", bool(re.search(rf"{UNKNOWN}:\d+: resolve: ", text)), text)

    empty = work / "empty.crt"
    empty.touch()
    bind(empty, root / BUNDLE)
    before = len(api.requests)
    container = run(root, process, BY_DNS)
    time.sleep(3)
    _, text, _ = container.end(signal.SIGTERM)
    check("without that bundle no request is sent: it is what the trust comes from",
          len(api.requests) == before and "tls" in text, (container.process.returncode, text))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layout", required=True)
    parser.add_argument("--tag", required=True)
    parser.add_argument("--work", type=Path, required=True, help="a folder that may be filled, with the image in bundle")
    arguments = parser.parse_args()
    work, root = arguments.work, arguments.work / "bundle/rootfs"
    process = json.loads((work / "bundle/config.json").read_text())["process"]
    user = process["user"]
    check("the image says to run as 65532:65532", (user["uid"], user["gid"]) == (65532, 65532), user)
    check_files(root)
    check_join(arguments.layout, arguments.tag, work)

    _, certificate, key = certify(work, [BY_DNS, BY_HOSTS, UNKNOWN])
    enter([0, 65532])
    names, api = NameServer(BY_DNS), APIServer(certificate, key)
    names.start()

    given = work / "given"
    given.mkdir()
    sample = given / "agents-only.yaml"
    sample.write_text(Path("config/samples/agents-only.yaml").read_text())
    for host in (BY_DNS, BY_HOSTS, UNKNOWN):
        (given / host).write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "image",
            "contexts": [{"name": "image", "context": {"cluster": "image", "user": "image"}}],
            "clusters": [{"name": "image", "cluster": {"server": f"https://{host}:{api.port}"}}],
            "users": [{"name": "image", "user": {"token": "none"}}]}))
    (work / "resolv.conf").write_text(
        "search cozy-observability.svc.cluster.local svc.cluster.local cluster.local\nnameserver 127.0.0.1\noptions ndots:5\n")
    (work / "hosts").write_text(f"127.0.0.1 localhost\n127.0.0.1 {BY_HOSTS}\n")
    # As a kubelet and its runtime do, whatever umask this has.
    for path in (given, *given.iterdir(), work / "resolv.conf", work / "hosts"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for name in ("proc", "run/image"):
        (root / name).mkdir(parents=True)
    for name in ("etc/resolv.conf", "etc/hosts"):
        (root / name).touch()
    bind(root, root)
    mount("-t", "proc", "proc", "/proc")
    bind(given, root / "run/image")
    bind(work / "resolv.conf", root / "etc/resolv.conf")
    bind(work / "hosts", root / "etc/hosts")

    check_commands(root, process, arguments.tag, sample)
    check_names_and_tls(root, process, work, names, api, arguments.tag)
    print(f"image-run: {passed} passed, {failed} failed")
    sys.stdout.flush()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
