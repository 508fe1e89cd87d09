#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows what a seccomp profile does: loads it by libseccomp as runc does, makes calls and runs programs under it."""

import argparse
import ctypes
import http.server
import json
import mmap
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import yaml

ACTIONS = {"SCMP_ACT_ALLOW": 0x7FFF0000, "SCMP_ACT_ERRNO": 0x00050000}
OPERATORS = {"SCMP_CMP_NE": 1, "SCMP_CMP_LT": 2, "SCMP_CMP_LE": 3, "SCMP_CMP_EQ": 4, "SCMP_CMP_GE": 5, "SCMP_CMP_GT": 6,
             "SCMP_CMP_MASKED_EQ": 7}
ARCHITECTURES = {"SCMP_ARCH_X86_64": 0xC000003E, "SCMP_ARCH_AARCH64": 0xC00000B7}
# The members that the OCI runtime specification (config-linux.md, seccomp) has, as far as the profile may use them.
MEMBERS = {"defaultAction", "defaultErrnoRet", "architectures", "syscalls"}
RULE = {"names", "action", "errnoRet", "args"}
CONDITION = {"index", "value", "valueTwo", "op"}
# No kernel answers with it: a refusal of the profile can be told from one of the kernel.
MARKER = 4001
ENOSYS = 38
CONSTANTS = {
    "SIGCHLD": 17, "CLONE_FILES": 0x400, "CLONE_THREAD": 0x10000, "CLONE_NEWTIME": 0x80, "CLONE_NEWNS": 0x20000,
    "CLONE_NEWCGROUP": 0x2000000, "CLONE_NEWUTS": 0x4000000, "CLONE_NEWIPC": 0x8000000, "CLONE_NEWUSER": 0x10000000,
    "CLONE_NEWPID": 0x20000000, "CLONE_NEWNET": 0x40000000, "AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_KEY": 15,
    "AF_NETLINK": 16, "AF_PACKET": 17, "AF_BLUETOOTH": 31, "AF_ALG": 38, "AF_VSOCK": 40, "AF_XDP": 44, "SOCK_STREAM": 1,
    "SOCK_DGRAM": 2, "SOCK_RAW": 3,
}


class Condition(ctypes.Structure):
    _fields_ = [("index", ctypes.c_uint), ("op", ctypes.c_int), ("value", ctypes.c_uint64), ("second", ctypes.c_uint64)]


def library():
    lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    lib.seccomp_init.restype = ctypes.c_void_p
    lib.seccomp_init.argtypes = [ctypes.c_uint32]
    lib.seccomp_arch_native.restype = ctypes.c_uint32
    lib.seccomp_arch_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    lib.seccomp_load.argtypes = [ctypes.c_void_p]
    lib.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    lib.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Condition)]
    return lib


LIB = library()
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
NO_CALL = -1


def problems(profile):
    """What is wrong with the profile's form. Runtimes skip what they do not know, so a slip of the pen would go unseen."""
    def unknown(where, value, members):
        return [f"{where}: there is no member {name}" for name in sorted(set(value) - members)]

    found = unknown("profile", profile, MEMBERS)
    if profile.get("defaultAction") != "SCMP_ACT_ERRNO" or profile.get("defaultErrnoRet") != 1:
        found.append("what is not named must be refused with EPERM")
    if set(profile["architectures"]) != set(ARCHITECTURES):
        found.append(f"the architectures must be those of the agent's image: {', '.join(ARCHITECTURES)}")
    unconditional = []
    for number, rule in enumerate(profile["syscalls"]):
        where = f"syscalls[{number}]"
        found += unknown(where, rule, RULE)
        if rule["action"] not in ACTIONS:
            found.append(f"{where}: action {rule['action']} is not among {sorted(ACTIONS)}")
        if rule["names"] != sorted(rule["names"]):
            found.append(f"{where}: the names are not sorted")
        for name in rule["names"]:
            if LIB.seccomp_syscall_resolve_name(name.encode()) == NO_CALL:
                found.append(f"{where}: libseccomp knows no call {name}")
        for condition in rule.get("args", []):
            found += unknown(where, condition, CONDITION)
            if condition["op"] not in OPERATORS or not 0 <= condition["index"] <= 5:
                found.append(f"{where}: {condition} is no condition")
        if not rule.get("args"):
            unconditional += rule["names"]
    named = [name for rule in profile["syscalls"] if rule.get("args") for name in rule["names"]]
    for name in sorted({name for name in unconditional if unconditional.count(name) > 1 or name in named}):
        found.append(f"{name} stands twice, and a rule without condition outweighs the others")
    return found


def filter_of(profile, default):
    """The filter, made as runc makes it (libcontainer/seccomp), with another errno for what is refused by default."""
    context = LIB.seccomp_init(ACTIONS[profile["defaultAction"]] | default)
    for name in profile["architectures"]:
        if ARCHITECTURES[name] != LIB.seccomp_arch_native():
            check(LIB.seccomp_arch_add(context, ARCHITECTURES[name]), name)
    for rule in profile["syscalls"]:
        action = ACTIONS[rule["action"]] | rule.get("errnoRet", 1 if rule["action"] == "SCMP_ACT_ERRNO" else 0)
        conditions = [Condition(c["index"], OPERATORS[c["op"]], c["value"], c.get("valueTwo", 0))
                      for c in rule.get("args", [])]
        array = (Condition * len(conditions))(*conditions)
        for name in rule["names"]:
            number = LIB.seccomp_syscall_resolve_name(name.encode())
            check(LIB.seccomp_rule_add_array(context, action, number, len(conditions), array), name)
    return context


def check(code, what):
    if code != 0:
        sys.exit(f"libseccomp: {what}: {os.strerror(-code)}")


def number_of(argument):
    if isinstance(argument, int):
        return argument
    total = 0
    for name in argument.split("|"):
        total |= CONSTANTS[name]
    return total


def system_call(call):
    """Makes a call and returns its errno, or 0."""
    name, arguments = call[0], [number_of(argument) for argument in call[1:]]
    if name == "int80":
        return legacy_call(arguments[0])
    if name == "x32":
        number = 0x40000000 | arguments.pop(0)
    else:
        number = LIB.seccomp_syscall_resolve_name(name.encode())
    ctypes.set_errno(0)
    words = [ctypes.c_ulong(argument & 0xFFFFFFFFFFFFFFFF) for argument in arguments]
    return ctypes.get_errno() if LIBC.syscall(ctypes.c_long(number), *words) == -1 else 0


def legacy_call(number):
    """Makes a call of a 32-bit program: mov eax, number; int 0x80; ret."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8" + number.to_bytes(4, "little") + b"\xcd\x80\xc3")
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    result = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    return -result if result < 0 else 0


def outcome(call, context):
    """What a child sees that makes the call, under the filter if there is one."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if context is not None:
                check(LIB.seccomp_load(context), "load")
            os.write(writer, str(system_call(call)).encode())
        finally:
            os._exit(0)  # pylint: disable=protected-access
    os.close(writer)
    text = os.read(reader, 16)
    os.close(reader)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "killed" if os.WTERMSIG(status) == signal.SIGSYS else f"signal {os.WTERMSIG(status)}"
    code = int(text)
    if code == MARKER:
        return "refused"
    return "ENOSYS" if code == ENOSYS else "allowed"


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_):
        pass


class Report:
    def __init__(self):
        self.failed = self.passed = self.skipped = 0

    def result(self, what, wanted, seen):
        if wanted == seen:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED   {what}: should be {wanted}, is {seen}")

    def skip(self, what, why):
        self.skipped += 1
        print(f"SKIPPED  {what}: {why}")


def make_calls(profile, cases, report):
    context = filter_of(profile, MARKER)
    for case in cases:
        seen = {}
        for call in case["calls"]:
            text = f"{call[0]}({', '.join(map(str, call[1:]))})"
            if call[0] in ("x32", "int80"):
                if platform.machine() != "x86_64":
                    report.skip(text, "this machine has no 32-bit calls")
                    continue
                if call[0] == "int80" and outcome(call, None).startswith("signal"):
                    report.skip(text, "this kernel takes no 32-bit calls")
                    continue
            elif LIB.seccomp_syscall_resolve_name(call[0].encode()) < 0:
                report.skip(text, "this machine, or its libseccomp, has no such call")
                continue
            seen[text] = outcome(call, context)
            report.result(f"{case['what']}: {text}", case["expect"], seen[text])
        print(f"{case['expect']:8} {len(seen):3} calls: {case['what']}")


def under(profile):
    """To be run in a child before it executes a program: the profile as it is."""
    context = filter_of(profile, profile["defaultErrnoRet"])
    return lambda: check(LIB.seccomp_load(context), "load")


def run(command, confine=None):
    done = subprocess.run(command, preexec_fn=confine, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def run_programs(profile, report, operator, promtool):
    confine = under(profile)

    def program(what, command, expected=0):
        if not command[0] or not shutil.which(command[0]):
            report.skip(what, f"{command[0] or 'the program'} is not installed")
            return
        code, text = run(command, confine)
        report.result(f"{what}: {text.splitlines()[-1] if text else 'no output'}", expected, code)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        program("curl, as the probe runs it", ["curl", "-sf", "-o", "/dev/null", address])
        server.shutdown()
    program("promtool (Go)", [promtool, "--version"])
    program("runc (Go with cgo)", ["runc", "--version"])
    program("a shell with children", ["sh", "-c", "ls / | wc -l"])
    serve_under(confine, report)
    if os.geteuid() == 0:
        program("nsenter into a network namespace", ["nsenter", "--net=/proc/self/ns/net", "true"])
        program("nsenter into a mount namespace", ["nsenter", "--mount=/proc/self/ns/mnt", "true"], 1)
        program("unshare", ["unshare", "--net", "true"], 1)
        program("mount", ["mount", "-t", "tmpfs", "none", "/mnt"], 32)
        program("chroot", ["chroot", "/", "true"], 125)
    else:
        report.skip("nsenter, unshare, mount, chroot", "not root")
    command = [operator, "preflight", "--conntrack-events", "--profiles", "--dry-run", "--termination-log", "/dev/null"]
    report.result("preflight says the same as without the profile", run(command), run(command, confine))


# What a container with the profile tells of itself; the agent's exec probe is started in the same way.
CONTAINER = """
grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status
nsenter --net=/proc/self/ns/net echo network
nsenter --mount=/proc/self/ns/mnt echo mounts
unshare --net echo namespace
"$0" preflight --conntrack-events --dry-run --termination-log /dev/null
echo "preflight $?"
"""


def run_container(profile, report, operator):
    """The same by a container runtime, with what the DaemonSet gives the init container."""
    what = "a container of runc"
    if os.geteuid() != 0 or not shutil.which("runc"):
        report.skip(what, "runc is not installed" if os.geteuid() == 0 else "not root")
        return
    capabilities = ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_NET_ADMIN"]
    read_only = ["nosuid", "noexec", "nodev", "ro"]
    specification = {
        "ociVersion": "1.0.2",
        "root": {"path": "rootfs", "readonly": True},
        "process": {
            "user": {"uid": 0, "gid": 0}, "cwd": "/", "args": ["sh", "-c", CONTAINER, operator], "noNewPrivileges": True,
            "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            "capabilities": {name: capabilities for name in ("bounding", "effective", "permitted")},
        },
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": read_only},
            {"destination": "/run", "type": "tmpfs", "source": "tmpfs"},
        ],
        # Process 1, the shell, stands for the host's.
        "linux": {"namespaces": [{"type": name} for name in ("mount", "network", "pid", "uts", "ipc")],
                  "seccomp": profile, "readonlyPaths": ["/proc/sys"], "resources": {}},
    }
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/rootfs")
        pathlib.Path(folder, "config.json").write_text(json.dumps(specification), encoding="utf-8")
        script = f"cd {folder}; mount --bind / rootfs; exec runc --root {folder}/state run seccomp-{os.getpid()}"
        _, text = run(["unshare", "--mount", "sh", "-ec", script])
    for wanted in ("NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000281000", "network\n"):
        report.result(f"{what} tells {wanted.strip()!r}", True, wanted in text)
    for unwanted in ("mounts", "namespace\n"):
        report.result(f"{what} tells {unwanted.strip()!r}", False, f"\n{unwanted}" in text)
    # A container is no fit node. But preflight came to a verdict, so nothing was refused to it.
    verdict = re.search(r"^preflight ([0-9]+)$", text, re.MULTILINE)
    code = int(verdict[1]) if verdict else None
    report.result(f"{what} lets preflight do its work: {text}", True, (code or 0) >= 20)


def serve_under(confine, report):
    """A Go server under the profile: threads, timers, files, sockets, signals."""
    what = "victoria-metrics (Go), started, asked and stopped"
    if not shutil.which("victoria-metrics"):
        report.skip(what, "victoria-metrics is not installed")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = ["victoria-metrics", f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}"]
        with subprocess.Popen(command, preexec_fn=confine, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
            threading.Thread(target=server.stderr.read, daemon=True).start()
            answer = None
            deadline = time.monotonic() + 30
            while answer is None and server.poll() is None and time.monotonic() < deadline:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as response:
                        answer = response.status
                except OSError:
                    time.sleep(0.05)
            server.terminate()
            try:
                code = server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
                code = "killed"
            report.result(what, (200, 0), (answer, code))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("profile", "cases", "operator"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--promtool", default="")
    options = parser.parse_args()
    profile = json.loads(pathlib.Path(options.profile).read_text(encoding="utf-8"))
    cases = yaml.safe_load(pathlib.Path(options.cases).read_text(encoding="utf-8"))
    wrong = problems(profile)
    if wrong:
        sys.exit("\n".join(f"{options.profile}: {line}" for line in wrong))
    report = Report()
    make_calls(profile, cases, report)
    operator = str(pathlib.Path(options.operator).resolve())
    run_programs(profile, report, operator, options.promtool)
    run_container(profile, report, operator)
    print(f"{report.passed} passed, {report.failed} failed, {report.skipped} skipped")
    sys.exit(1 if report.failed or not report.passed else 0)


if __name__ == "__main__":
    main()
