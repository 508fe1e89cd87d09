# SPDX-License-Identifier: Apache-2.0
"""Lays out, checks and packs what Cozystack installs. See docs/cozystack.md; `make packages` runs this."""

import argparse
import pathlib
import shutil
import sys
import tempfile

import artifact_checks
import package_checks
import rule_checks
import suite_checks
import tree
from report import Report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--charts", type=pathlib.Path, default=tree.REPOSITORY / "charts")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("--epoch", type=int, required=True)
    arguments = parser.parse_args()

    report = Report()
    files = tree.build(arguments.charts)
    in_tree = tree.build(arguments.charts, in_tree=True)
    rule_checks.run(report, files, in_tree)
    with tempfile.TemporaryDirectory() as folder:
        folders = {name: pathlib.Path(folder) / name for name in ("artifact", "in-tree")}
        tree.write(files, folders["artifact"])
        tree.write(in_tree, folders["in-tree"])
        suite_checks.run(report, folders["artifact"], folders["in-tree"])
        releases = package_checks.run(report, files, in_tree, folders)
    written = artifact_checks.run(report, files, tree.release(), arguments)

    output = arguments.output
    if output.exists():
        shutil.rmtree(output)
    tree.write(files, output / "artifact/packages")
    tree.write(in_tree, output / "in-tree/packages")
    tree.write(releases, output / "helm-releases")
    tree.write({"bundle-line.txt": tree.bundle_line()}, output)
    tree.write(written, output / "oci")
    print(f"artifact: {output}/oci, to push as tag v{tree.release()}")
    print(f"in-tree form: {output}/in-tree, and the line of {output}/bundle-line.txt for bundles/system.yaml")
    print(f"packages: {report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
