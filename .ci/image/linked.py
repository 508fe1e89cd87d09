# SPDX-License-Identifier: Apache-2.0
"""What the linker put into the executable, read from its map, and who made it.

Every input file that left at least one byte in the executable belongs to a Swift package, to the Swift toolchain or to a
package of the machine. One that belongs to none of them, or whose licence is not in the tables below, is an error: a list
of parts that passes over what it does not know is worth nothing.
"""

import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SWIFT = "Apache-2.0 WITH Swift-exception"

# Libraries of the toolchain, by the project that they are built from.
TOOLCHAIN = {
    "swift-corelibs-libdispatch": (SWIFT, ("libdispatch.a", "libBlocksRuntime.a", "libswiftDispatch.a")),
    "swift-foundation-icu": ("Unicode-3.0", ("lib_FoundationICU.a",)),
    "swift-corelibs-foundation": (SWIFT, ("libFoundation.a", "libCoreFoundation.a", "libFoundationNetworking.a")),
    # With its own copy of swift-collections, whose version the toolchain does not say.
    "swift-foundation": (SWIFT, ("libFoundationEssentials.a", "libFoundationInternationalization.a", "lib_FoundationC")),
    "llvm-project": ("Apache-2.0 WITH LLVM-exception", ("libclang_rt.builtins",)),
    "swift": (SWIFT, ("libswift", "swiftrt.o")),
}

# Packages of Debian and Ubuntu, by source, with the licence of what is linked of them.
SYSTEM = {
    "curl": "curl",
    "openssl": "Apache-2.0",
    "zlib": "Zlib",
    "libyaml": "MIT",
    "glibc": "LGPL-2.1-or-later",
    "gcc": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "ca-certificates": "MPL-2.0",
}


class Unknown(Exception):
    """Something whose origin or licence is not known; says what to add where."""


@dataclass
class Part:
    """One component of the image."""

    name: str
    version: str
    licence: str
    purl: str
    description: str
    # Files with its licence and notices, which the image carries.
    texts: list[Path]
    # Whether anything of it is in the image; a pinned package may have left nothing.
    present: bool = True
    inputs: set[str] = field(default_factory=set)


def inputs(link_map: Path) -> set[str]:
    """The input files of the map: an object, or an archive without the name of its member."""
    line = re.compile(r"^\s*[0-9a-f]+\s+[0-9a-f]+\s+[0-9a-f]+\s+\d+ {9}(\S.*):\([^()]*\)$")
    found = set()
    with link_map.open(errors="replace") as lines:
        for text in lines:
            if (match := line.match(text.rstrip("\n"))) and not match[1].startswith("<internal>"):
                found.add(re.sub(r"\([^()]*\)$", "", match[1]))
    if not found:
        raise Unknown(f"{link_map}: no input file found; is it a map of lld?")
    return found


def licence_texts(folder: Path) -> list[Path]:
    """Files of a folder that by their names are a licence or a notice."""
    return sorted(file for file in folder.iterdir() if re.match(r"(?i)(licen[cs]e|notice|copying)", file.name))


def apache(name: str, texts: list[Path]) -> str:
    """The licence of a Swift package, from its text. All that are used so far have Apache's, with or without the exception."""
    text = "\n".join(file.read_text() for file in texts if not file.name.upper().startswith("NOTICE"))
    if "Apache License" not in text or "Version 2.0" not in text:
        raise Unknown(f"{name}: its licence is not Apache-2.0; teach .ci/image/linked.py to recognise it")
    return SWIFT if "Runtime Library Exception" in text else "Apache-2.0"


def swift_packages(resolved: Path, checkouts: Path) -> tuple[list[Part], dict[str, Part]]:
    """The pinned packages, and which of them a module belongs to."""
    parts, modules = [], {}
    for pin in json.loads(resolved.read_text())["pins"]:
        name, version = pin["identity"], pin["state"].get("version")
        if not version:
            raise Unknown(f"{name}: pinned to no version; a release needs one")
        folder = checkouts / name
        texts = licence_texts(folder) if folder.is_dir() else []
        if not texts:
            raise Unknown(f"{folder}: no licence found; run make release")
        location = re.sub(r"^https://|\.git$", "", pin["location"])
        part = Part(name, version, apache(name, texts), f"pkg:swift/{location}@{version}", "Swift package", texts, False)
        parts.append(part)
        for module in (folder / "Sources").iterdir():
            modules[module.name.replace("-", "_")] = part
    return parts, modules


def installed(path: str) -> tuple[str, str, str]:
    """Source, source version and binary package of a file that the machine's package manager put there."""
    # The folder may be a link: /lib is /usr/lib, and dpkg knows either.
    real = os.path.realpath(path)
    for name in (path, real, real.removeprefix("/usr")):
        owner = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True)
        if owner.returncode == 0:
            break
    else:
        raise Unknown(f"{path} is linked, and no package of this machine holds it")
    binary = owner.stdout.split(":", 1)[0]
    query = ["dpkg-query", "--show", "--showformat=${source:Package} ${source:Version}\n", binary]
    source, version = subprocess.run(query, capture_output=True, text=True, check=True).stdout.split("\n")[0].split()
    return source, version, binary


def system_part(source: str, version: str, texts: list[Path], distribution: str) -> Part:
    """A component that comes from a source package of the distribution."""
    # Versions of gcc are packages of their own: gcc-12.
    licence = SYSTEM.get(re.sub(r"^gcc-\d+$", "gcc", source))
    if licence is None:
        raise Unknown(f"{source} is linked, and its licence is not known; add it to SYSTEM in .ci/image/linked.py")
    if not texts or not all(text.is_file() for text in texts):
        raise Unknown(f"{source}: {' '.join(map(str, texts)) or 'its copyright file'} is missing; reinstall its package")
    vendor = distribution.split("-")[0]
    purl = f"pkg:deb/{vendor}/{source}@{version.replace('+', '%2B').replace(':', '%3A')}?arch=source&distro={distribution}"
    return Part(source, version, licence, purl, f"source package of {vendor}", texts)


def copyright_of(binary: str) -> Path:
    return Path("/usr/share/doc") / binary / "copyright"


class Linked:
    """Assigns each input of the link to a component."""

    def __init__(self, root: Path, distribution: str, toolchain: Path, swift_version: str):
        self.root, self.distribution = root, distribution
        self.toolchain, self.swift_version = toolchain, swift_version
        # In Swift's own images the toolchain lies in /usr, among the packages of the machine.
        self.runtime = [toolchain / "lib" / name for name in ("swift_static", "swift", "clang")]
        shipped = root / ".build/shipped"
        self.packages, self.modules = swift_packages(root / "Package.resolved", shipped / "checkouts")
        self.own = {folder.name.replace("-", "_") for folder in (root / "Sources").iterdir() if folder.is_dir()}
        self.libcurl = root / ".build/libcurl"
        # What .ci/libcurl.sh copied there beside curl, by archive, with the packages that hold the originals.
        self.copied = {"libssl.a": "libssl-dev", "libcrypto.a": "libssl-dev", "libz.a": "zlib1g-dev", "libyaml.a": "libyaml-dev"}
        self.parts: dict[str, Part] = {part.name: part for part in self.packages}

    def assign(self, path: str) -> None:
        part = self.part(path)
        if part is None:
            return
        part = self.parts.setdefault(part.name, part)
        part.present = True
        part.inputs.add(os.path.basename(path))

    def part(self, path: str) -> Part | None:
        """The component that an input belongs to; None for this project's own modules."""
        resolved = Path(os.path.realpath(path))
        if module := re.search(r"/([^/]+)\.build/", path):
            if module[1] in self.modules:
                return self.modules[module[1]]
            if module[1] in self.own:
                return None
            raise Unknown(f"{path} is linked, and its module is neither this project's nor a pinned package's")
        if any(resolved.is_relative_to(folder) for folder in self.runtime):
            return self.toolchain_part(resolved)
        if "/.build/libcurl/lib/" in path:
            return self.copied_part(resolved.name)
        source, version, binary = installed(path)
        return system_part(source, version, [copyright_of(binary)], self.distribution)

    def toolchain_part(self, path: Path) -> Part:
        for name, (licence, files) in TOOLCHAIN.items():
            if any(path.name.startswith(file) for file in files):
                purl = f"pkg:github/swiftlang/{name}@swift-{self.swift_version}-RELEASE"
                texts = [self.toolchain / "share/swift/LICENSE.txt"]
                return Part(name, self.swift_version, licence, purl, "part of the Swift toolchain", texts)
        raise Unknown(f"{path} is linked, and TOOLCHAIN in .ci/image/linked.py does not name it")

    def copied_part(self, archive: str) -> Part:
        if archive == "libcurl.a":
            version = (self.libcurl / "version").read_text().strip()
            return system_part("curl", version, [self.libcurl / "copyright"], self.distribution)
        if binary := self.copied.get(archive):
            versions = dict(line.split() for line in (self.libcurl / "linked").read_text().splitlines())
            source = {"libssl-dev": "openssl", "zlib1g-dev": "zlib", "libyaml-dev": "libyaml"}[binary]
            return system_part(source, versions[source], [copyright_of(binary)], self.distribution)
        raise Unknown(f"{archive} of .build/libcurl is linked, and .ci/image/linked.py does not know it")
