#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Starts what .ci/image.sh made, from the layout, as Kubernetes would: the image's own entrypoint, environment and user, a
# read-only root, no privileges, DNS by the pod's resolv.conf. In namespaces of its own; needs root to map two users.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly layout=.build/image/layout
. .ci/packages.sh

fail() {
  printf '%s\n' "no image-run: $1" "${@:2}" >&2
  exit 1
}

[[ -r .build/image/digest ]] || fail "$layout is missing; make image"
[[ $EUID -eq 0 ]] || fail "it needs root to map the users 0 and 65532 into a namespace: sudo make image-run"
install_packages umoci skopeo openssl || fail "apt-get could not install umoci, skopeo and openssl" "$(tail -n 5 <<<"$apt_output")"
command -v python3 >/dev/null || fail "python3 is needed: apt-get install python3"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tag=$(python3 .ci/image/layout.py tag "$layout")
umoci unpack --image "$layout:$tag" "$work/bundle"
# The user's of the pod, who has to enter it.
chmod 755 "$work" "$work/bundle"
python3 .ci/image/run.py --layout "$layout" --tag "$tag" --work "$work"
