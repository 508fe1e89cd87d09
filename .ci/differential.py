# SPDX-License-Identifier: Apache-2.0
"""Compares what our decoders make of a text with what Python's json and PyYAML make of it.

PyYAML reads YAML 1.1 as its specification has it; ours reads it as sigs.k8s.io/yaml does, which kubectl and the API server
use. Each place where the two differ stands in DIFFERENCES, by name and with the reason; where a scalar falls into one of
them, the table says what is expected, and everywhere else PyYAML does. Each difference must be met at least once.
"""

import argparse
import collections
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile

import yaml

CORE = "tag:yaml.org,2002:"
MET = collections.Counter()


class Refused(Exception):
    """The text is refused."""


def number(text):
    """An integer or a float, the former only if it fits 64 bits."""
    value = int(text, 0)
    return value if -(2**63) <= value < 2**63 else float(value)


def octal(text):
    """017 and 0o17."""
    sign = -1 if text.startswith("-") else 1
    value = sign * int(text.lstrip("+-").replace("0o", "").replace("0O", ""), 8)
    return value if -(2**63) <= value < 2**63 else float(value)


def plain_float(text):
    """A float as Go reads it: one beyond the range stays text."""
    value = float(text.replace("_", ""))
    return value if math.isfinite(value) else text


def refuse(text):
    raise Refused(f"{text} has no place in JSON")


# (name, why we differ from PyYAML, what a plain scalar must look like, what it means to us)
DIFFERENCES = [
    ("y-and-n", "sigs.k8s.io/yaml takes the single letters as truth values; PyYAML leaves them text",
     r"[yYnN]", lambda text: text in "yY"),
    ("infinity", "JSON has neither infinity nor NaN", r"\.nan|\.NaN|\.NAN|[-+]?\.(inf|Inf|INF)", refuse),
    ("base-60", "a port or a time is no number: 1:20 stays text",
     r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", str),
    ("timestamp", "JSON has no dates: they stay text", r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?", str),
    ("value-key", "the value key of YAML 1.1 is text to sigs.k8s.io/yaml", r"=", str),
    ("octal-0o", "Go reads 0o17 as a number", r"[-+]?0[oO][0-7_]*[0-7]", lambda text: octal(text.replace("_", ""))),
    ("upper-case-base", "Go reads 0X1F and 0B11 as it reads 0x1f",
     r"[-+]?0(X[0-9a-fA-F]+|B[01]+)", lambda text: number(text.lower())),
    ("leading-zero-decimal", "08 cannot be octal; go-yaml reads it as a float", r"[-+]?0[0-9]*[89][0-9]*", float),
    ("exponent", "PyYAML wants a point and a sign in a float: 1e3 is text to it, a number to Go and to JSON",
     r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+", plain_float),
    ("signed-point", "PyYAML wants a digit between sign and point", r"[-+]\.[0-9]+", plain_float),
    ("underscore-after-point", "go-yaml takes no underscores in a number that begins with a point",
     r"\.[0-9]*_[0-9_]*", str),
    ("beyond-64-bits", "an integer beyond 64 bits becomes the nearest double",
     r"[-+]?[1-9][0-9]{18,}", lambda text: number(text)),
    ("large-base", "the same for other bases", r"[-+]?0x[0-9a-fA-F]{16,}", lambda text: number(text)),
]
# (name, why we refuse what PyYAML takes)
REFUSALS = {
    "duplicate-key": "a key that appears twice is refused; PyYAML keeps the last",
    "key-type": "keys must be text, integers or truth values; null, floats and collections are refused",
    "tag": "no tags but the core types: !!binary, !!set, !!omap, !!timestamp and local ones are refused",
}
# Further differences of the whole text, applied in place below.
OTHER = {
    "key-to-text": "an integer or truth value as a key becomes text, as JSON needs it",
    "empty-document": "documents that hold nothing are passed over",
}


class Expectation:
    """What we should make of a YAML text, by the nodes that PyYAML composes."""

    def __init__(self):
        self.resolver = yaml.SafeLoader("")

    def documents(self, text):
        for node in yaml.compose_all(text, Loader=yaml.SafeLoader):
            if isinstance(node, yaml.ScalarNode) and node.value == "" and node.style is None and (
                node.start_mark.index == node.end_mark.index
            ):
                MET["empty-document"] += 1
                continue
            yield self.value(node)

    def value(self, node):
        if isinstance(node, yaml.SequenceNode):
            self.check_tag(node, CORE + "seq")
            return [self.value(element) for element in node.value]
        if isinstance(node, yaml.MappingNode):
            self.check_tag(node, CORE + "map")
            return self.mapping(node)
        return self.scalar(node)

    def check_tag(self, node, expected):
        if node.tag != expected:
            MET["tag"] += 1
            raise Refused(node.tag)

    def mapping(self, node):
        own, merged = {}, {}
        for key, value in node.value:
            if key.tag == CORE + "merge":
                sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for source in sources:
                    if not isinstance(source, yaml.MappingNode):
                        raise Refused("a merge of what is no mapping")
                    for name, member in self.mapping(source).items():
                        merged.setdefault(name, member)
                continue
            name = self.key(key)
            member = self.value(value)
            if name in own:
                MET["duplicate-key"] += 1
                raise Refused(f"{name} twice")
            own[name] = member
        return {**merged, **own}

    def key(self, node):
        value = self.value(node)
        if isinstance(value, bool):
            MET["key-to-text"] += 1
            return "true" if value else "false"
        if isinstance(value, int):
            MET["key-to-text"] += 1
            return str(value)
        if not isinstance(value, str):
            MET["key-type"] += 1
            raise Refused(f"a key {value!r}")
        return value

    def scalar(self, node):
        if node.style is not None or not node.value:
            return self.tagged(node)
        for name, _, pattern, meaning in DIFFERENCES:
            if self.is_plain(node) and re.fullmatch(pattern, node.value):
                MET[name] += 1
                return meaning(node.value)
        return self.tagged(node)

    def is_plain(self, node):
        return node.tag == self.resolver.resolve(yaml.ScalarNode, node.value, (True, False))

    def tagged(self, node):
        kind = node.tag.removeprefix(CORE)
        if kind == "str":
            return node.value
        if kind in ("null", "bool", "int", "float"):
            try:
                return getattr(self.resolver, f"construct_yaml_{kind}")(node)
            except (ValueError, KeyError) as error:
                raise Refused(str(error)) from error
        if kind == "merge":
            return node.value
        MET["tag"] += 1
        raise Refused(node.tag)


def expected_yaml(data):
    try:
        return list(Expectation().documents(data.decode("utf-8-sig")))
    except (Refused, yaml.YAMLError, UnicodeDecodeError) as error:
        return Refused(str(error))


def expected_json(data):
    """Python's json, held to what ours promises: no duplicates, no NaN, doubles in range, lone surrogates replaced."""

    def members(pairs):
        names = [replaced(name) for name, _ in pairs]
        if len(set(names)) != len(names):
            raise ValueError("a member appears twice")
        return {name: value for name, (_, value) in zip(names, pairs)}

    def integer(text):
        return number(text)

    def floating(text):
        value = float(text)
        if not math.isfinite(value):
            raise ValueError("out of range")
        return value

    def constant(name):
        raise ValueError(f"{name} is not JSON")

    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=members, parse_int=integer, parse_float=floating,
            parse_constant=constant)
        return [without_surrogates(value)]
    except (ValueError, UnicodeDecodeError, OverflowError) as error:
        return Refused(str(error))


def replaced(text):
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def without_surrogates(value):
    if isinstance(value, str):
        return replaced(value)
    if isinstance(value, list):
        return [without_surrogates(element) for element in value]
    if isinstance(value, dict):
        return {name: without_surrogates(member) for name, member in value.items()}
    return value


def same(left, right):
    """Equal, and of the same types all the way down; the order of members does not matter."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


class Generator:
    """Texts from a seed."""

    WORDS = ["a", "spec", "app.kubernetes.io/name", "", " ", "é", "日本", "😀", "x: y", "# no", "- a", "500Mi", "100m",
             "true", "null", "~", "1.10", "v1.29", "a\nb\n", "\ttab", "line \n\n", "'", '"', "\\", "10.0.0.1:8080"]
    SCALARS = ["y", "n", "Y", "N", "yes", "no", "on", "off", "True", "FALSE", "yEs", "null", "~", "Null", "0", "-0", "+1",
               "12_345", "0x1F", "-0xff", "0X1f", "0o17", "0O17", "-0o17", "017", "-017", "00", "08", "-09", "0b101",
               "0B11", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551616",
               "0xFFFFFFFFFFFFFFFF", "1.0", "1.", ".5", "+.5", "-.5e1", "1e3", "1E+3", "1.5e-1", "1_0.5", "1.e2", ".1_0",
               "1e400", ".inf", "-.INF", ".nan", "1:20", "190:20:30.15", "2001-12-14", "2001-12-14T21:59:43Z", "=",
               "1.2.3", "100m", "500Mi", "10.0.0.1", "v1", "--1", "1a", "e3", "é", "a b"]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def value(self, depth):
        kind = self.random.randrange(10 if depth else 6)
        if kind == 0:
            return self.random.choice([None, True, False])
        if kind == 1:
            return self.random.choice([0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1, self.random.randrange(-(10**6), 10**6)])
        if kind == 2:
            return self.random.choice([0.5, -2.25, 1e300, 1.5e-7, self.random.random(), 1.0])
        if kind < 6:
            return "".join(self.random.choices(self.WORDS, k=self.random.randrange(4)))
        if kind < 8:
            return [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        return {self.value_text(): self.value(depth - 1) for _ in range(self.random.randrange(5))}

    def value_text(self):
        return "".join(self.random.choices(self.WORDS, k=1 + self.random.randrange(2)))

    def yaml(self):
        kind = self.random.randrange(6)
        if kind == 0:
            lines = (f"- {self.random.choice(self.SCALARS)}\n" for _ in range(8))
            return "".join(lines).encode()
        if kind == 1:
            keys = self.random.sample(self.SCALARS, 4)
            return "".join(f"{key}: {index}\n" for index, key in enumerate(keys) if key != "=").encode()
        if kind == 2:
            return self.random.choice([
                "a: 1\na: 2\n", "a: &x {k: 1}\nb: {<<: *x, l: 2}\n", "- &a [1]\n- *a\n", "---\n---\na: 1\n---\n",
                "a: !!str 12\n", "a: !!int '12'\n", "a: !!binary aGk=\n", "!local x\n", "? [1]\n: 2\n", "null: 1\n",
                "1.5: 1\n", "a: {<<: [{k: 1}, {k: 2, l: 2}], m: 3}\n", "--- x\n--- 1\n", "# nothing\n", "",
                "a: |\n  x\n  y\n", "a: >-\n  x\n  y\n\n  z\n", "a: 'it''s'\n", 'a: "\\u00e9\\x41\\n"\n',
            ]).encode()
        documents = [self.value(4) for _ in range(1 + self.random.randrange(3))]
        return yaml.dump_all(
            documents, allow_unicode=self.random.random() < 0.5, default_flow_style=self.random.choice([True, False, None]),
            default_style=self.random.choice([None, None, "'", '"', "|"]), width=self.random.choice([20, 80, 1000]),
            indent=self.random.choice([2, 4]), explicit_start=True, sort_keys=False).encode()

    def json(self):
        text = json.dumps(
            self.value(4), ensure_ascii=self.random.random() < 0.5, indent=self.random.choice([None, 2])).encode()
        if self.random.random() < 0.6:
            return text
        data = bytearray(text)
        for _ in range(1 + self.random.randrange(2)):
            place = self.random.randrange(len(data) + 1)
            piece = self.random.choice([b"", b'"', b"{", b"]", b",", b":", b"\\", b"\\u12", b"\\ud800", b"0", b"-", b".",
                                        b"e9", b"\n", b"\x01", b"\xff", b"\xc3", b"1e400", b"NaN", b"tru", b"/", b" "])
            data[place:place + self.random.randrange(3)] = piece
        return bytes(data)


class Comparison:
    def __init__(self, decode):
        self.decode = decode
        self.failures = []

    def run(self, name, form, files, expectation):
        """Compares each file as it stands, and what we write of it."""
        refused = 0
        answers = [self.ask(form, files, again) for again in (False, True)]
        for file, once, twice in zip(files, *answers):
            with open(file, "rb") as opened:
                data = opened.read()
            expected = expectation(data)
            if isinstance(expected, Refused):
                refused += 1
                if "error" not in once:
                    self.fail(file, data, f"accepted as {once['documents']!r}, though {expected}")
            elif "error" in once:
                self.fail(file, data, f"refused with {once['error']!r}, expected {expected!r}")
            elif not same(once["documents"], expected):
                self.fail(file, data, f"read as {once['documents']!r}, expected {expected!r}")
            elif twice != once:
                self.fail(file, data, f"written and read again as {twice!r}")
        print(f"{name}: {len(files)} files, {refused} of them refused by both")

    def ask(self, form, files, again):
        arguments = [self.decode, form] + (["--again"] if again else [])
        done = subprocess.run(arguments, input="\n".join(files) + "\n", capture_output=True, text=True, check=False)
        lines = done.stdout.split("\n")[:-1]
        if done.returncode != 0 or len(lines) != len(files):
            sys.exit(f"{' '.join(arguments)} ended with {done.returncode} after {len(lines)} of {len(files)} files: "
                     f"{done.stderr}")
        return [json.loads(line) for line in lines]

    def fail(self, file, data, message):
        self.failures.append(f"{file}: {message}\n  {data[:400]!r}")


def own_files(pattern):
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(name for name in listed if re.search(pattern, name) and os.path.isfile(name))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decode", required=True)
    parser.add_argument("--crds", required=True)
    parser.add_argument("--seed", default="random")
    parser.add_argument("--cases", type=int, default=2000)
    options = parser.parse_args()
    seed = random.randrange(2**32) if options.seed == "random" else int(options.seed)
    print(f"seed {seed}; again with: make differential SEED={seed}")
    comparison = Comparison(options.decode)

    yamls, jsons = own_files(r"\.ya?ml$"), own_files(r"\.json$")
    if not yamls:
        sys.exit("the project has no YAML files here; run from its folder, in a git checkout")
    comparison.run("the project's YAML", "yaml", yamls, expected_yaml)
    if jsons:
        comparison.run("the project's JSON", "json", jsons, expected_json)
    crds = sorted(
        os.path.join(folder, name) for folder, _, names in os.walk(options.crds) for name in names
        if name.endswith((".yaml", ".yml")))
    if not crds:
        sys.exit(f"no CRDs in {options.crds}; name a folder with CRDS=…")
    comparison.run(f"CRDs of {options.crds}", "yaml", crds, expected_yaml)

    generator = Generator(seed)
    with tempfile.TemporaryDirectory() as folder:
        for form, make, expectation in (
            ("yaml", generator.yaml, expected_yaml), ("json", generator.json, expected_json)):
            files = []
            for index in range(options.cases):
                files.append(os.path.join(folder, f"{index}.{form}"))
                with open(files[-1], "wb") as file:
                    file.write(make())
            comparison.run(f"generated {form.upper()}", form, files, expectation)

    reasons = {name: why for name, why, _, _ in DIFFERENCES} | REFUSALS | OTHER
    print("where we differ from PyYAML, and how often that was met:")
    for name, why in reasons.items():
        print(f"  {MET[name]:6}  {name}: {why}")
    unmet = [name for name in reasons if not MET[name]]
    for failure in comparison.failures[:20]:
        print(failure, file=sys.stderr)
    if comparison.failures:
        sys.exit(f"{len(comparison.failures)} differences that are not in the list")
    if unmet and options.cases >= 500:
        sys.exit(f"differences that no case met, so that nothing holds them: {', '.join(unmet)}")
    print("no other difference")


if __name__ == "__main__":
    main()
