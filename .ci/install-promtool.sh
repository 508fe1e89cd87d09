#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches promtool on Debian and Ubuntu, out of the package and without the server that comes with it, and prints its
# path, for the test of what /metrics serves. Without it that test is skipped: prints one warning and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v promtool; then exit 0; fi
readonly tool=$PWD/.build/promtool/usr/bin/promtool
if [[ ! -x $tool ]]; then
  command -v apt-get >/dev/null || exit 0
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  if ! (cd "$folder" && apt-get download -q prometheus && dpkg-deb -x prometheus_*.deb files) >"$folder/log" 2>&1; then
    echo "warning: promtool could not be fetched, its test is skipped: $(tail -n 1 "$folder/log")" >&2
    exit 0
  fi
  mkdir -p "${tool%/*}"
  cp "$folder/files/usr/bin/promtool" "$tool"
fi
echo "$tool"
