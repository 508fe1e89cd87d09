# SPDX-License-Identifier: Apache-2.0
"""What Cozystack's marketplace asks of a repository, and a little more: one function a rule.

Each takes a Subject and yields what is wrong, with the field and the remedy. A rule of WARNINGS does not fail."""

import re

import yaml

import releases
from tree import SOURCES, documents

RESERVED = ("cozystack.", "community.")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


class Subject:
    """A tree and what was read from it. `validators` hold documents against the schemas of Cozystack's kinds."""

    def __init__(self, tree, validators):
        self.tree = tree
        self.validators = validators
        self.failed_to_decode = []
        self.sources = []
        for path in sorted(tree):
            if path.startswith(f"{SOURCES}/") and path.endswith((".yaml", ".yml")):
                try:
                    self.sources += [(path, document) for document in documents(tree[path])]
                except yaml.YAMLError as error:
                    self.failed_to_decode.append((path, " ".join(str(error).split())))

    def variants(self):
        for path, source in self.sources:
            for variant in source.get("spec", {}).get("variants") or []:
                yield path, source, variant

    def components(self):
        for path, source, variant in self.variants():
            for component in variant.get("components") or []:
                where = f"{path}: variant {variant.get('name')}, component {component.get('name')}"
                yield where, source, variant, component

    def has_folder(self, path):
        return any(file.startswith(f"{path}/") for file in self.tree)


def strict(subject):
    """Every document decodes, with known fields of the right types alone."""
    for path, message in subject.failed_to_decode:
        yield f"{path}: {message}"
    for path, source in subject.sources:
        validate = subject.validators.get(source.get("kind"))
        if validate is None:
            yield f"{path}: kind {source.get('kind')} is none of a repository of packages; only PackageSource is"
            continue
        try:
            validate(source)
        except Exception as error:  # pylint: disable=broad-except
            yield f"{path}: {error}"


def one_source(subject):
    """One PackageSource: `tap` names a lone one after the repository, and could not tell two apart."""
    count = sum(source.get("kind") == "PackageSource" for _, source in subject.sources)
    if count != 1 and not subject.failed_to_decode:
        yield f"{SOURCES}: {count} PackageSources; a repository has exactly one"


def name(subject):
    """The name is an object's name of the form <org>.<name>, outside what Cozystack keeps for itself."""
    for path, source in subject.sources:
        given = str(source.get("metadata", {}).get("name", ""))
        if given.startswith(RESERVED):
            yield (f"{path}: metadata.name {given} begins with a reserved prefix ({', '.join(RESERVED)}): "
                   "use <org>.<name>")
        elif not SUBDOMAIN.fullmatch(given) or "." not in given:
            yield (f"{path}: metadata.name {given} is not of the form <org>.<name> "
                   "in lower-case letters, digits, - and .")


def source_ref(subject):
    """The source lies where Cozystack's generators look, with the artifact's root as the root of all paths."""
    for path, source in subject.sources:
        ref = source.get("spec", {}).get("sourceRef") or {}
        if ref.get("kind") != "OCIRepository" or ref.get("namespace") != "cozy-system" or ref.get("path") != "/":
            yield (f"{path}: spec.sourceRef must be an OCIRepository in cozy-system with path /, "
                   "as an artifact is laid out")


def unique(subject):
    """Variants, components of one, and releases of one namespace are told apart by name; there is a default variant."""
    for path, source in subject.sources:
        names = [variant.get("name") for variant in source.get("spec", {}).get("variants") or []]
        if "default" not in names:
            yield f"{path}: no variant is named default, which a Package without spec.variant gets"
        yield from (f"{path}: the variant {one} is given twice" for one in sorted(repeated(names)))
    for path, _, variant in subject.variants():
        components = variant.get("components") or []
        yield from (f"{path}: variant {variant.get('name')}: the component {one} is given twice"
                    for one in sorted(repeated(component.get("name") for component in components)))
        installed = [(component["install"].get("namespace"), releases.release_name(component))
                     for component in components if component.get("install")]
        yield from (f"{path}: variant {variant.get('name')}: two components install release {one[1]} in {one[0]}"
                    for one in sorted(repeated(installed)))


def repeated(values):
    seen = set()
    return {value for value in values if value in seen or seen.add(value)}


def chart_exists(subject):
    """A component's and a library's path leads to a chart within the artifact."""
    for where, _, variant, component in subject.components():
        yield from chart_at(subject, where, component.get("path", ""))
    for path, _, variant in subject.variants():
        for library in variant.get("libraries") or []:
            yield from chart_at(subject, f"{path}: variant {variant.get('name')}, library {library.get('path')}",
                                library.get("path", ""))


def chart_at(subject, where, path):
    if path.startswith("/") or ".." in path.split("/"):
        yield f"{where}: path {path} leads out of the artifact: give it relative to packages/"
    elif f"{path}/Chart.yaml" not in subject.tree:
        yield f"{where}: there is no {path}/Chart.yaml"
    else:
        metadata = yaml.safe_load(subject.tree[f"{path}/Chart.yaml"]) or {}
        if metadata.get("apiVersion") != "v2" or not metadata.get("name") or not metadata.get("version"):
            yield f"{where}: {path}/Chart.yaml needs apiVersion v2, name and version"


def values_file(subject):
    """Values files lie in the chart's folder."""
    for where, _, _, component in subject.components():
        for file in component.get("valuesFiles") or []:
            if f"{component.get('path')}/{file}" not in subject.tree:
                yield f"{where}: valuesFiles names {file}, which is not in {component.get('path')}"


def library(subject):
    """A component uses only libraries that its variant declares."""
    for where, _, variant, component in subject.components():
        declared = {one.get("name") or one.get("path", "").rsplit("/", 1)[-1] for one in variant.get("libraries") or []}
        for used in component.get("libraries") or []:
            if used not in declared:
                yield f"{where}: library {used} is not declared: add it to the variant's libraries"


def install(subject):
    """What is installed has a namespace, and waits only for what its variant installs, without a circle."""
    for where, _, variant, component in subject.components():
        installation = component.get("install")
        if installation is None:
            continue
        if not LABEL.fullmatch(installation.get("namespace") or ""):
            yield f"{where}: install.namespace is needed, without which the Package is refused"
        others = {one.get("name"): one for one in variant.get("components") or [] if one.get("install")}
        for other in installation.get("dependsOn") or []:
            if other not in others:
                yield f"{where}: install.dependsOn names {other}, which this variant does not install"
        if reaches(component.get("name"), component.get("name"), others, set()):
            yield f"{where}: install.dependsOn leads back to the component itself"


def reaches(start, target, components, seen):
    for other in (components.get(start, {}).get("install") or {}).get("dependsOn") or []:
        if other == target:
            return True
        if other not in seen and reaches(other, target, components, seen | {other}):
            return True
    return False


def depends_on(subject):
    """A variant waits for other packages, each once."""
    for path, source, variant in subject.variants():
        needed = variant.get("dependsOn") or []
        for other in needed:
            if other == source["metadata"].get("name") or not SUBDOMAIN.fullmatch(str(other)):
                yield f"{path}: variant {variant.get('name')}: dependsOn names {other}, which is no other package"
        yield from (f"{path}: variant {variant.get('name')}: dependsOn names {one} twice"
                    for one in sorted(repeated(needed)))


def hard_coded(subject):
    """No chart names the PackageSource, its source or an artifact, all of which `tap` and the in-tree form change."""
    for _, source in subject.sources:
        forbidden = {source.get("metadata", {}).get("name")} | set(releases.artifacts(source))
        for path, content in subject.tree.items():
            if not path.startswith(f"{SOURCES}/"):
                yield from (f"{path}: names {one}, which is another after `cozypkg tap`"
                            for one in sorted(forbidden - {None}) if str(one).encode() in content)


def tested(subject):
    """Each installed package has a Makefile with a target test, and a suite: one without is skipped without a word."""
    for where, _, _, component in subject.components():
        path = component.get("path", "")
        if not component.get("install") or not subject.has_folder(path):
            continue
        if not re.search(rb"^test:", subject.tree.get(f"{path}/Makefile", b""), re.M):
            yield f"{where}: {path}/Makefile has no target test"
        if not any(file.startswith(f"{path}/tests/") and file.endswith("_test.yaml") for file in subject.tree):
            yield f"{where}: {path}/tests holds no *_test.yaml"


def privileged(subject):
    """A privileged component lifts Pod Security from its whole namespace."""
    for where, _, _, component in subject.components():
        installation = component.get("install") or {}
        if installation.get("privileged"):
            yield (f"{where}: install.privileged labels the namespace {installation.get('namespace')} "
                   "for privileged pods")


ERRORS = (strict, one_source, name, source_ref, unique, chart_exists, values_file, library, install, depends_on,
          hard_coded, tested)
WARNINGS = (privileged,)
