#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists the parts of the image: the licences for its root, and a CycloneDX 1.6 document, strictly validated.

  sbom.py licences --into FOLDER      copies the licence texts of all parts, and prints the licences as one SPDX expression
  sbom.py write --image NAME --digest sha256:… --into FILE
"""

import argparse
import hashlib
import shutil
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from linked import Linked, Part, Unknown, inputs, system_part  # noqa: E402

OWN_LICENCE = "Apache-2.0"


def parts(arguments: argparse.Namespace) -> list[Part]:
    linked = Linked(arguments.root, arguments.distribution, arguments.toolchain.resolve(), arguments.swift)
    for path in sorted(inputs(arguments.map)):
        linked.assign(path)
    certificates = arguments.certificates
    authorities = system_part(
        "ca-certificates", (certificates / "version").read_text().strip(), [certificates / "copyright"],
        arguments.distribution)
    authorities.description = "the public certificate authorities of Mozilla, as Debian or Ubuntu packages them"
    return sorted([*linked.parts.values(), authorities], key=lambda part: part.name)


def expression(licences: set[str]) -> str:
    return " AND ".join(sorted(licences))


def copy_licences(arguments: argparse.Namespace, found: list[Part]) -> None:
    shutil.rmtree(arguments.into, ignore_errors=True)
    arguments.into.mkdir(parents=True)
    shutil.copyfile(arguments.root / "LICENSE", arguments.into / "LICENSE")
    for part in found:
        if not part.present:
            continue
        folder = arguments.into / part.name
        folder.mkdir()
        for text in part.texts:
            shutil.copyfile(text, folder / text.name)
    print(expression({OWN_LICENCE} | {part.licence for part in found if part.present}))


def write(arguments: argparse.Namespace, found: list[Part]) -> None:
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentScope, ComponentType
    from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
    from cyclonedx.model import Property
    from cyclonedx.output.json import JsonV1Dot6
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    from packageurl import PackageURL

    def licence(text: str) -> DisjunctiveLicense | LicenseExpression:
        return LicenseExpression(text) if " " in text else DisjunctiveLicense(id=text)

    def component(part: Part) -> Component:
        return Component(
            name=part.name, version=part.version, type=ComponentType.LIBRARY, description=part.description,
            licenses=[licence(part.licence)], purl=PackageURL.from_string(part.purl), bom_ref=part.purl,
            # Pinned beside what is used of its repository, or by a package whose use of it was left out by the linker.
            scope=ComponentScope.REQUIRED if part.present else ComponentScope.EXCLUDED,
            properties=[Property(name="observability:linked", value=name) for name in sorted(part.inputs)])

    digest = arguments.digest.removeprefix("sha256:")
    executable = Component(
        name="observability-operator", version=arguments.version, type=ComponentType.APPLICATION,
        licenses=[licence(OWN_LICENCE)], bom_ref="observability-operator", scope=ComponentScope.REQUIRED,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(arguments.executable.read_bytes()).hexdigest())])
    name = arguments.image.rsplit("/", 1)[-1]
    image = Component(
        name=arguments.image, version=arguments.version, type=ComponentType.CONTAINER, bom_ref="image",
        licenses=[licence(expression({OWN_LICENCE} | {part.licence for part in found if part.present}))],
        purl=PackageURL("oci", None, name, f"sha256:{digest}", {"repository_url": arguments.image}),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)])

    libraries = {part.name: component(part) for part in found}
    authorities = libraries["ca-certificates"]
    authorities.type = ComponentType.DATA
    bom = Bom(components=[executable, *libraries.values()], serial_number=uuid.uuid5(uuid.NAMESPACE_URL, arguments.digest))
    bom.metadata.component = image
    bom.metadata.timestamp = datetime.fromtimestamp(arguments.created, timezone.utc)
    # The library would name itself with its version, which says nothing of the image.
    bom.metadata.tools.components.clear()
    bom.register_dependency(image, [executable, authorities])
    bom.register_dependency(executable, [libraries[part.name] for part in found if part.present and part.name != "ca-certificates"])

    text = JsonV1Dot6(bom).output_as_string(indent=2)
    faults = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text, all_errors=True)
    for fault in faults or ():
        print(f"sbom: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    arguments.into.write_text(text + "\n")
    excluded = sum(not part.present for part in found)
    print(f"sbom: {len(libraries) + 1} components, {excluded} of them pinned but not linked; CycloneDX 1.6, strictly valid")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["licences", "write"])
    parser.add_argument("--root", type=Path, required=True, help="of the repository")
    parser.add_argument("--map", type=Path, required=True, help="the linker's map of the executable")
    parser.add_argument("--certificates", type=Path, required=True, help="folder with version and copyright of the bundle")
    parser.add_argument("--distribution", required=True, help="such as debian-12")
    parser.add_argument("--toolchain", type=Path, required=True, help="Swift's usr folder")
    parser.add_argument("--swift", required=True, help="Swift's version")
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--image", help="the image's name without a tag")
    parser.add_argument("--digest")
    parser.add_argument("--version")
    parser.add_argument("--executable", type=Path)
    parser.add_argument("--created", type=int, help="seconds since 1970")
    arguments = parser.parse_args()
    try:
        found = parts(arguments)
    except Unknown as unknown:
        sys.exit(f"no list of parts: {unknown}")
    {"licences": copy_licences, "write": write}[arguments.command](arguments, found)


if __name__ == "__main__":
    main()
