# SPDX-License-Identifier: Apache-2.0
"""The files of the packages, as they lie in the artifact, in memory: {path: bytes}."""

import pathlib
import re
import subprocess

import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CONFIG = REPOSITORY / "config/cozystack"
CHARTS = ("observability-operator-crds", "observability-operator", "observability")
SOURCES = "core/platform/sources"
SOURCE = f"{SOURCES}/observability-operator.yaml"
IN_TREE_NAME = "cozystack.observability-operator"
IN_TREE_SOURCE = "cozystack-packages"


class StrictLoader(yaml.SafeLoader):
    """Refuses a key that is given twice, as the API server's strict decoding does."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key_node.value} is given twice", key_node.start_mark)
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


def documents(content):
    """The YAML documents of a file that are not empty."""
    return [one for one in yaml.load_all(content, Loader=StrictLoader) if one is not None]


def release():
    """The version of this release."""
    return subprocess.run([REPOSITORY / ".ci/version.sh"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def folder(path):
    """The files below a folder of this machine, links refused: the artifact could lead out of itself."""
    found = {}
    for file in sorted(path.rglob("*")):
        if file.is_symlink():
            raise SystemExit(f"{file} is a link: put a copy of the file there")
        if file.is_file():
            found[file.relative_to(path).as_posix()] = file.read_bytes()
    return found


def ignored(content):
    """A .helmignore that also leaves out of the chart what only developers of it need."""
    lines = content.decode().splitlines()
    lines += [line for line in ("tests/", "Makefile") if line not in lines]
    return ("\n".join(lines) + "\n").encode()


def makefile(name, in_tree):
    """The Makefile of a package. In Cozystack's tree more targets come from there; elsewhere the file stands alone."""
    namespaces = {component["name"]: component["install"]["namespace"] for component in variants()["default"]}
    lines = ["# SPDX-License-Identifier: Apache-2.0", f"export NAME={name}", f"export NAMESPACE={namespaces[name]}", ""]
    if in_tree:
        lines += ["include ../../../hack/package.mk", ""]
    lines += [".PHONY: test", "test: ## Run the suites; needs the plugin helm-unittest.", "\thelm unittest .", ""]
    return "\n".join(lines).encode()


def variants():
    """The components of each variant, of the PackageSource of this repository."""
    source = documents((CONFIG / "packagesource.yaml").read_bytes())[0]
    return {variant["name"]: variant["components"] for variant in source["spec"]["variants"]}


def chart(name, charts, in_tree):
    """The files of one package: the chart, values for Cozystack, suites, Makefile."""
    files = folder(charts / name)
    if "Chart.yaml" not in files:
        raise SystemExit(f"{charts / name} holds no chart")
    files |= folder(CONFIG / "values" / name)
    files |= {f"tests/{path}": content for path, content in folder(CONFIG / "suites" / name).items()}
    files["Makefile"] = makefile(name, in_tree)
    files[".helmignore"] = ignored(files.get(".helmignore", b""))
    if in_tree:
        # Cozystack's own rule for charts in its tree; its build fills in the version.
        text = files["Chart.yaml"].decode()
        text = re.sub(r"^name: .*$", f"name: cozy-{name}", text, count=1, flags=re.M)
        text = re.sub(r"^version: .*$", "version: 0.0.0 # Placeholder, the actual version will be automatically set "
                      "during the build process", text, count=1, flags=re.M)
        files["Chart.yaml"] = text.encode()
    return files


def named(content, name, source):
    """The PackageSource under another name and with another source: what `cozypkg tap` does, and the in-tree form."""
    text = content.decode()
    text = re.sub(r"^(metadata:\n(?:  #.*\n)*)  name: .*$", rf"\1  name: {name}", text, count=1, flags=re.M)
    return re.sub(r"^(  sourceRef:\n    kind: .*\n)    name: .*$", rf"\1    name: {source}", text, count=1,
                  flags=re.M).encode()


def build(charts, in_tree=False):
    """The whole tree, rooted where the artifact is: packages/."""
    source = (CONFIG / "packagesource.yaml").read_bytes()
    tree = {SOURCE: named(source, IN_TREE_NAME, IN_TREE_SOURCE) if in_tree else source}
    for name in CHARTS:
        tree |= {f"system/{name}/{path}": content for path, content in chart(name, charts, in_tree).items()}
    return dict(sorted(tree.items()))


def write(tree, target):
    """Lays a tree out in a folder."""
    for path, content in tree.items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def bundle_line():
    """What a bundle of the platform says to offer the package; emitted if bundles.enabledPackages names it."""
    return f'{{{{include "cozystack.platform.package.optional.default" (list "{IN_TREE_NAME}" $) }}}}\n'.encode()
