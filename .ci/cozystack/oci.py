# SPDX-License-Identifier: Apache-2.0
"""A tree of files as an OCI layout of Flux's kind: what `flux push artifact --path=packages` sends, from the same bytes
to the same digest."""

import gzip
import hashlib
import io
import json
import pathlib
import tarfile
import time

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.cncf.flux.config.v1+json"
CONTENT = "application/vnd.cncf.flux.content.v1.tar+gzip"


def archive(tree, epoch):
    """A tar of folders and regular files in order of their paths, of one time and owner."""
    folders = {parent.as_posix() for path in tree for parent in pathlib.PurePosixPath(path).parents} - {"."}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path in sorted(folders | set(tree)):
            entry = tarfile.TarInfo(path)
            entry.mtime = epoch
            if path in folders:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
            else:
                entry.size, entry.mode = len(tree[path]), 0o644
                tar.addfile(entry, io.BytesIO(tree[path]))
    return buffer.getvalue()


def encoded(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Layout:
    """An OCI layout in a folder."""

    def __init__(self, folder):
        self.blobs = folder / "blobs/sha256"
        self.folder = folder
        self.blobs.mkdir(parents=True)

    def blob(self, media_type, content):
        digest = hashlib.sha256(content).hexdigest()
        (self.blobs / digest).write_bytes(content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    def artifact(self, tree, tag, revision, source, epoch):
        """Writes the artifact; returns the digest of its manifest."""
        tar = archive(tree, epoch)
        layer = self.blob(CONTENT, gzip.compress(tar, 9, mtime=0))
        config = self.blob(CONFIG, encoded({
            "architecture": "", "os": "", "config": {},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(tar).hexdigest()}"]}}))
        manifest = self.blob(MANIFEST, encoded({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer],
            "annotations": {
                "org.opencontainers.image.created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
                "org.opencontainers.image.source": source, "org.opencontainers.image.revision": revision}}))
        named = manifest | {"annotations": {"org.opencontainers.image.ref.name": tag}}
        (self.folder / "index.json").write_bytes(encoded({"schemaVersion": 2, "manifests": [named]}))
        (self.folder / "oci-layout").write_bytes(encoded({"imageLayoutVersion": "1.0.0"}))
        return manifest["digest"]
