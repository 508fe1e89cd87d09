#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Works on OCI image layouts where umoci and skopeo have no command.

  layout.py attach LAYOUT TAG FILE MEDIA-TYPE   attaches a file to the image TAG as an OCI referrer; prints its digest
  layout.py digest LAYOUT TAG                   prints the digest of the image TAG
  layout.py tag LAYOUT                          prints the only tag
  layout.py join OUT TAG LAYOUT…                makes OUT, where TAG is the index of the images that TAG is in the others
  layout.py check LAYOUT                        recomputes each digest and size, and that each subject is there
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
TAG = "org.opencontainers.image.ref.name"
ATTACHMENT = "org.opencontainers.image.title"


def fail(text: str) -> None:
    sys.exit(f"image layout: {text}")


class Layout:
    def __init__(self, folder: str):
        self.folder = Path(folder)
        try:
            self.index = json.loads((self.folder / "index.json").read_text())
        except (OSError, ValueError) as error:
            fail(f"{folder} is none: {error}")

    def blob(self, digest: str) -> Path:
        return self.folder / "blobs" / digest.replace(":", "/")

    def json(self, digest: str) -> dict:
        return json.loads(self.blob(digest).read_text())

    def add(self, content: bytes, media_type: str) -> dict:
        """Stores a blob and returns its descriptor."""
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        self.blob(digest).parent.mkdir(parents=True, exist_ok=True)
        self.blob(digest).write_bytes(content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def tagged(self, tag: str) -> dict:
        found = [entry for entry in self.index["manifests"] if entry.get("annotations", {}).get(TAG) == tag]
        if len(found) != 1:
            fail(f"{self.folder} has {len(found)} images {tag}, not one")
        return found[0]

    def referrers(self, digest: str) -> list[dict]:
        return [entry for entry in self.index["manifests"] if self.json(entry["digest"]).get("subject", {}).get("digest") == digest]

    def save(self) -> None:
        (self.folder / "index.json").write_bytes(encoded(self.index))


def encoded(value: dict) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def descriptor(entry: dict) -> dict:
    return {key: entry[key] for key in ("mediaType", "digest", "size")}


def attach(folder: str, tag: str, file: str, media_type: str) -> None:
    layout = Layout(folder)
    subject = descriptor(layout.tagged(tag))
    content = layout.add(Path(file).read_bytes(), media_type)
    content["annotations"] = {ATTACHMENT: Path(file).name}
    manifest = {
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": media_type,
        "config": layout.add(b"{}", EMPTY), "layers": [content], "subject": subject,
    }
    entry = layout.add(encoded(manifest), MANIFEST) | {"artifactType": media_type}
    layout.index["manifests"].append(entry)
    layout.save()
    print(entry["digest"])


def platform(layout: Layout, entry: dict) -> dict:
    config = layout.json(layout.json(entry["digest"])["config"]["digest"])
    return {key: config[key] for key in ("architecture", "os", "variant") if config.get(key)}


def join(out: str, tag: str, *folders: str) -> None:
    if len(folders) < 2:
        fail("join needs two layouts or more")
    target = Path(out)
    if target.exists():
        fail(f"{out} exists")
    images, attached = [], []
    for layout in map(Layout, folders):
        entry = layout.tagged(tag)
        images.append(descriptor(entry) | {"platform": platform(layout, entry)})
        attached += layout.referrers(entry["digest"])
    platforms = [json.dumps(image["platform"], sort_keys=True) for image in images]
    if len(set(platforms)) != len(platforms):
        fail(f"two images are for the same platform: {', '.join(platforms)}")
    for folder in folders:
        shutil.copytree(Path(folder) / "blobs", target / "blobs", dirs_exist_ok=True)
    (target / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (target / "index.json").write_text('{"schemaVersion":2,"manifests":[]}')
    layout = Layout(out)
    order = sorted(images, key=lambda image: image["platform"]["architecture"])
    entry = layout.add(encoded({"schemaVersion": 2, "mediaType": INDEX, "manifests": order}), INDEX)
    layout.index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry | {"annotations": {TAG: tag}}, *attached]}
    layout.save()
    print(entry["digest"])


def check(folder: str) -> None:
    layout = Layout(folder)
    seen, open_entries = set(), list(layout.index["manifests"])
    while open_entries:
        entry = open_entries.pop()
        digest = entry["digest"]
        seen.add(digest)
        if not layout.blob(digest).is_file():
            fail(f"{folder}: {digest} is missing")
        content = layout.blob(digest).read_bytes()
        if "sha256:" + hashlib.sha256(content).hexdigest() != digest or len(content) != entry["size"]:
            fail(f"{folder}: {digest} has other content or another size")
        if entry["mediaType"] in (INDEX, MANIFEST):
            value = json.loads(content)
            parts = [value.get("config"), value.get("subject"), *value.get("layers", []), *value.get("manifests", [])]
            open_entries += [part for part in parts if part]
    left = {f"sha256:{file.name}" for file in (layout.folder / "blobs/sha256").iterdir()} - seen
    if left:
        fail(f"{folder}: nothing refers to {', '.join(sorted(left))}")
    print(f"{folder}: {len(seen)} blobs, each as its digest says")


def digest(folder: str, tag: str) -> None:
    print(Layout(folder).tagged(tag)["digest"])


def tag_of(folder: str) -> None:
    tags = [name for entry in Layout(folder).index["manifests"] if (name := entry.get("annotations", {}).get(TAG))]
    if len(tags) != 1:
        fail(f"{folder} has {len(tags)} tags, not one")
    print(tags[0])


if __name__ == "__main__":
    commands = {"attach": attach, "digest": digest, "tag": tag_of, "join": join, "check": check}
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    try:
        commands[sys.argv[1]](*sys.argv[2:])
    except TypeError:
        sys.exit(__doc__)
