# SPDX-License-Identifier: Apache-2.0
"""Packs the tree twice, compares, and reads the layout back, with skopeo too where it is installed."""

import gzip
import hashlib
import io
import json
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

import oci
import tree

SOURCE = "https://github.com/cozystack/observability-operator"


def run(report, files, version, arguments):
    """Returns the files of the layout."""
    tag = f"v{version}"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        digests = []
        # The second time in another order, as another machine's folders may give it.
        for number, given in enumerate((files, dict(reversed(files.items())))):
            digests.append(oci.Layout(folder / str(number)).artifact(
                given, tag, f"{tag}@sha1:{arguments.commit}", SOURCE, arguments.epoch))
        report.expect("packed twice, one digest", None if len(set(digests)) == 1 else str(digests))
        layout = folder / "0"
        report.holds("what is packed is what was laid out", lambda: read_back(layout, files, digests[0]))
        changed = oci.Layout(folder / "changed").artifact(
            files | {tree.SOURCE: files[tree.SOURCE] + b"\n"}, tag, f"{tag}@sha1:{arguments.commit}", SOURCE,
            arguments.epoch)
        report.expect("self-check: another byte, another digest", None if changed != digests[0] else changed)
        with_skopeo(report, layout, tag, digests[0])
        print(f"digest: {digests[0]}")
        return tree.folder(layout)


def blob(layout, digest):
    content = (layout / "blobs" / digest.replace(":", "/")).read_bytes()
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
        raise ValueError(f"{digest} has other content")
    return content


def read_back(layout, files, digest):
    index = json.loads((layout / "index.json").read_bytes())
    (entry,) = index["manifests"]
    if entry["digest"] != digest:
        raise ValueError(f"index.json names {entry['digest']}")
    manifest = json.loads(blob(layout, digest))
    (layer,) = manifest["layers"]
    archive = gzip.decompress(blob(layout, layer["digest"]))
    config = json.loads(blob(layout, manifest["config"]["digest"]))
    if config["rootfs"]["diff_ids"] != [f"sha256:{hashlib.sha256(archive).hexdigest()}"]:
        raise ValueError("the configuration names another archive")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        found = {member.name: tar.extractfile(member).read() for member in tar.getmembers() if member.isfile()}
    if found != files:
        raise ValueError(f"other files: {sorted(set(found) ^ set(files))}")


def with_skopeo(report, layout, tag, digest):
    if shutil.which("skopeo") is None:
        print("SKIPPED skopeo: apt-get install skopeo reads the layout with a program that is not ours")
        return
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / "copy"
        result = subprocess.run(["skopeo", "copy", "--quiet", f"oci:{layout}:{tag}", f"oci:{target}:{tag}"],
                                capture_output=True, text=True, timeout=120, check=False)
        problem = result.stderr.strip() if result.returncode else None
        if problem is None:
            (entry,) = json.loads((target / "index.json").read_bytes())["manifests"]
            problem = None if entry["digest"] == digest else f"it copies {entry['digest']}"
        report.expect("skopeo copies the layout unchanged", problem)
