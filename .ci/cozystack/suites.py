# SPDX-License-Identifier: Apache-2.0
"""Evaluates suites in helm-unittest's format over what `helm template` renders.

helm-unittest itself is no package of Debian or PyPI. This reads the part of its format that our suites use, and fails
on any other key, so that nothing is passed over."""

import re

import yaml

import helm
from releases import merged

SUITE = {"suite", "release", "templates", "values", "set", "tests", "capabilities"}
TEST = {"it", "templates", "template", "values", "set", "asserts", "release", "capabilities", "documentSelector",
        "documentIndex"}
STEP = re.compile(r'([^.\[\]]+)|\[(\d+)\]|\["([^"]+)"\]|\[\?\(@\.([\w.]+) == "([^"]*)"\)\]')
MISSING = object()


class Malformed(Exception):
    """The suite is not written as we read it."""


def known(mapping, keys, where):
    strays = set(mapping) - keys
    if strays:
        raise Malformed(f"{where}: {', '.join(sorted(strays))} is not read by this runner")


def steps(path):
    """The steps of a path such as spec.template.spec.containers[0].image or metadata.labels["a.b/c"]."""
    position = 0
    while position < len(path):
        if path[position] == ".":
            position += 1
            continue
        match = STEP.match(path, position)
        if match is None:
            raise Malformed(f"the path {path} cannot be read from {path[position:]} on")
        position = match.end()
        yield match.groups()


def at(document, path):
    """The value at a path; MISSING if there is none."""
    value = document
    for name, index, quoted, field, wanted in steps(path):
        if field is not None:
            value = next((one for one in value if str(at(one, field)) == wanted), MISSING) if isinstance(value, list) \
                else MISSING
        elif index is not None:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else MISSING
        else:
            key = name if quoted is None else quoted
            value = value.get(key, MISSING) if isinstance(value, dict) else MISSING
        if value is MISSING:
            return MISSING
    return value


def includes(whole, part):
    """Whether a value holds another: maps key by key, anything else by equality."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return all(key in whole and includes(whole[key], value) for key, value in part.items())
    return whole == part


def size(value):
    return len(value) if isinstance(value, (list, dict)) else -1


# Per document: (value at the path, what the assertion asks) → whether it holds.
CHECKS = {
    "equal": lambda value, ask: value == ask["value"],
    "matchRegex": lambda value, ask: isinstance(value, str) and re.search(ask["pattern"], value) is not None,
    "contains": lambda value, ask: isinstance(value, list) and any(
        includes(one, ask["content"]) if ask.get("any") else one == ask["content"] for one in value),
    "isSubset": lambda value, ask: isinstance(value, dict) and includes(value, ask["content"]),
    "exists": lambda value, ask: value is not MISSING,
    "lengthEqual": lambda value, ask: size(value) == ask["count"],
    "isKind": lambda value, ask: value == ask["of"],
    "isAPIVersion": lambda value, ask: value == ask["of"],
}
OPPOSITES = {"notEqual": "equal", "notMatchRegex": "matchRegex", "notContains": "contains", "notExists": "exists"}
PATHS = {"isKind": "kind", "isAPIVersion": "apiVersion"}


def asserted(assertion, rendered, documents, error):
    """What is wrong with what was rendered and, of that, selected, by one assertion; None if nothing is."""
    (kind, ask), *more = assertion.items()
    if more:
        raise Malformed(f"an assertion has one key, not {', '.join(assertion)}")
    if kind == "failedTemplate":
        if error is None:
            return "rendering does not fail"
        wanted = (ask or {}).get("errorPattern", "")
        return None if re.search(wanted, error) else f"the error does not match {wanted}: {error[:300]}"
    if error is not None:
        return f"rendering fails: {error[:300]}"
    if kind == "hasDocuments":
        return None if len(rendered) == ask["count"] else f"{len(rendered)} documents, not {ask['count']}"
    if kind == "containsDocument":
        wanted = {"kind": ask["kind"], "apiVersion": ask["apiVersion"],
                  "metadata": {key: ask[key] for key in ("name", "namespace") if key in ask}}
        matching = sum(includes(one, wanted) for one in documents)
        if matching and (ask.get("any") or matching == len(documents)):
            return None
        return f"{matching} of {len(documents)} documents are {ask['kind']} {ask.get('name', '')}"
    base = OPPOSITES.get(kind, kind)
    if base not in CHECKS:
        raise Malformed(f"the assertion {kind} is not read by this runner")
    if not documents:
        return f"{kind}: nothing is rendered"
    for document in documents:
        value = at(document, PATHS.get(base) or ask["path"])
        if CHECKS[base](value, ask) == (kind in OPPOSITES):
            shown = "missing" if value is MISSING else yaml.safe_dump(value, default_flow_style=True).strip()[:200]
            return f"{kind} {ask} does not hold in {document['kind']} {document['metadata'].get('name')}: {shown}"
    return None


def values_of(chart, suite, test):
    """The values that a test sets: its files, then its paths; those of the suite first."""
    result = {}
    for level in (suite, test):
        for file in level.get("values") or []:
            result = merged(result, yaml.safe_load((chart / "tests" / file).read_text("utf-8")) or {})
        for path, value in (level.get("set") or {}).items():
            keys = [quoted or name for name, _, quoted, _, _ in steps(path)]
            for key in reversed(keys):
                value = {key: value}
            result = merged(result, value)
    return result


def selected(documents, test):
    if "documentSelector" in test:
        selector = test["documentSelector"]
        documents = [one for one in documents if at(one, selector["path"]) == selector["value"]]
    if "documentIndex" in test:
        documents = documents[test["documentIndex"]:][:1]
    return documents


def run(file, chart):
    """Runs a suite of a chart; yields a line and what is wrong (None if nothing) for each of its tests."""
    suite = yaml.safe_load(file.read_text("utf-8"))
    known(suite, SUITE, file.name)
    for test in suite["tests"]:
        known(test, TEST, f"{file.name}: {test.get('it')}")
        release = {"name": "release", "namespace": "default"} | suite.get("release", {}) | test.get("release", {})
        served = (suite.get("capabilities") or {}) | (test.get("capabilities") or {})
        templates = [test["template"]] if "template" in test else test.get("templates") or suite.get("templates") or []
        documents, error = helm.template(chart, release["name"], release["namespace"], values_of(chart, suite, test),
                                         api_versions=served.get("apiVersions") or [])
        # Each template is there, whatever it renders to.
        for template in templates:
            if not (chart / "templates" / template.removeprefix("templates/")).is_file():
                raise Malformed(f"{file.name}: {test['it']}: there is no {template}")
        wanted = {f"templates/{one.removeprefix('templates/')}" for one in templates}
        chosen = [one for source, one in documents if not wanted or source.split("/", 1)[1] in wanted]
        problems = [asserted(one, chosen, selected(chosen, test), error) for one in test["asserts"]]
        found = [one for one in problems if one]
        yield f"{suite['suite']}: {test['it']}", "; ".join(found) or None
