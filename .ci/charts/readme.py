# SPDX-License-Identifier: Apache-2.0
"""The commands of the README's section on installing, run as they are written."""

import pathlib
import re
import subprocess

from tools import run

SECTION = "Install it"
# How long a command may take; the README's own timeouts are for clusters that pull images.
LIMIT = 120
# The commands that ran, with the heading above them.
ran = set()


def blocks(text):
    """The commands of each console block, by heading; a block of any other kind is an error."""
    section = re.search(rf"^## {SECTION}\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    if not section:
        raise ValueError(f"the README has no section {SECTION}")
    found, heading = {}, SECTION
    for title, language, body in re.findall(r"^### (.*)\n|^```(.*)\n((?:.*\n)*?)```$", section[1], re.M):
        if title:
            heading = title
        elif language != "console":
            raise ValueError(f"{heading}: a block marked {language or 'with nothing'}, which nothing runs; use console")
        else:
            found.setdefault(heading, []).append(commands(body))
    return found


def commands(body):
    """The commands of a console block, without comments; lines without a prompt are output."""
    lines = body.replace("\\\n", " ").splitlines()
    return [line[2:].split("   #")[0].strip() for line in lines if line.startswith("$ ")]


def of_readme():
    return blocks(pathlib.Path("README.md").read_text("utf-8"))


def play(report, server, helm, heading, number=0, after=None):
    """Runs one block, with this Helm and kubectl on the PATH; `after` is called after each command, as the cluster's
    own programs would act on it, and returns what went wrong."""
    listed = of_readme().get(heading, [])
    report.check(f"the README has block {number + 1} below {heading}", None if number < len(listed) else "it has not")
    if number >= len(listed):
        return
    variables = user_environment(server, helm)
    for line in listed[number]:
        ran.add((heading, line))
        report.check(f"Helm {helm.version}: $ {line}", shell(line, variables) or (after or server.follow)())


def user_environment(server, helm):
    """The environment of a user with this Helm and kubectl on the PATH."""
    folder = pathlib.Path(server.folder) / "bin"
    folder.mkdir(exist_ok=True)
    for name, path in (("helm", helm.path), ("kubectl", server.arguments.kubectl)):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(pathlib.Path(path).absolute())
    return helm.environment | {"PATH": f"{folder}:{helm.environment['PATH']}"}


def shell(line, environment):
    """Runs a line as a user types it; returns what went wrong."""
    try:
        result = run(["bash", "-euo", "pipefail", "-c", line], env=environment, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"it did not end within {LIMIT} s"
    return result.returncode and (result.stderr or result.stdout or f"it ended with {result.returncode}")


def check_notes(report, server, helm, name, namespace):
    """The commands of a release's NOTES are the README's, or they only read and succeed."""
    known = {line.removesuffix(" --wait") for listed in of_readme().values() for block in listed for line in block}
    text = helm("get", "notes", name, "--namespace", namespace).stdout
    lines = [line.strip() for line in text.splitlines() if line.startswith("  ")]
    wrong = [f"the README has not: {line}" for line in lines if line.startswith("helm") and line not in known]
    for line in lines:
        if line.startswith("kubectl"):
            result = server.kubectl(*line.split()[1:])
            wrong += [f"{line}: {result.stderr}"] if result.returncode else []
    report.check(f"Helm {helm.version}: the NOTES of {name} name commands that work",
                 wrong or (None if lines else f"there are none in: {text}"))


def all_ran(report):
    """Every command of the section ran in one of the groups before."""
    wanted = {(heading, line) for heading, listed in of_readme().items() for block in listed for line in block}
    report.check(f"each of the README's {len(wanted)} commands below {SECTION} was run", [
        f"not run: {heading}: $ {line}" for heading, line in sorted(wanted - ran)] or (not wanted and "there are none"))
    text = f"## {SECTION}\n### A\n```console\n$ a \\\n  b   # c\noutput\n```\n### B\n```console\n$ d\n```\n## Next\n"
    report.check("commands are found below their headings",
                 None if blocks(text) == {"A": [["a    b"]], "B": [["d"]]} else f"{blocks(text)}")
    try:
        blocks(f"## {SECTION}\n```bash\na\n```\n")
        report.check("a block that nothing would run is refused", "it is accepted")
    except ValueError:
        report.check("a block that nothing would run is refused")
