#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the commands of docs/airgap.md as they are written: with kustomize twice, with the images as this release pins them
# and with a digest on each; then with Helm, unless Helm cannot be had. ghcr.io and quay.io are a registry on this machine that holds stand-ins for them, the mirror is another one, the
# cluster is the API server in memory. Skips where Debian's registry, skopeo, umoci or kubectl cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly page=docs/airgap.md
readonly index_type=application/vnd.oci.image.index.v1+json
. .ci/packages.sh
skip() {
  echo "skipped: $1 cannot be had, so the commands of $page were not run"
  exit 0
}
for tool in skopeo umoci kubectl curl jq; do
  package=$tool
  [[ $tool != kubectl ]] || package=kubernetes-client
  command -v "$tool" >/dev/null || { command -v apt-get >/dev/null && install_packages "$package" </dev/null; } ||
    skip "$tool"
done
# The registry is taken out of its package: installed, it would start as a service.
readonly registry=$PWD/.build/docker-registry/usr/bin/docker-registry
if [[ ! -x $registry ]]; then
  mkdir -p "${registry%/usr/*}"
  (cd "${registry%/usr/*}" && apt-get download -q docker-registry && dpkg-deb -x docker-registry_*.deb .) \
    >/dev/null 2>&1 || skip docker-registry
fi

bin=${BIN:-}
if [[ -z $bin ]]; then
  for product in observability-operator devcluster; do swift build --quiet --product "$product"; done
  bin=$(swift build --show-bin-path)
fi

work=$(mktemp -d)
readonly work bin
children=()
# shellcheck disable=SC2317,SC2329 # Called by the trap.
stop() {
  local pid
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# await <what> <command>…
await() {
  local what=$1
  shift
  for _ in {1..300}; do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  echo "$what does not answer after 30 s" >&2
  exit 1
}

# start_registry <name>: starts one on a free port and sets address.
start_registry() {
  local port
  for _ in {1..20}; do
    port=$((20000 + RANDOM % 20000))
    ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue
    cat >"$work/$1.yaml" <<END
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $work/$1}}
http: {addr: 127.0.0.1:$port}
END
    "$registry" serve "$work/$1.yaml" >"$work/$1.log" 2>&1 &
    children+=($!)
    address=127.0.0.1:$port
    await "the registry $1" curl -fsS "http://$address/v2/"
    return
  done
  echo "there is no free port for the registry $1" >&2
  exit 1
}

start_registry public
readonly public=$address
start_registry mirror
readonly mirror=$address

# skopeo and kubectl read what follows from the home folder, so that the commands stay as they are written.
export HOME=$work/home
mkdir -p "$HOME/.config/containers"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$HOME/.config/containers/policy.json"
cat >"$HOME/.config/containers/registries.conf" <<END
[[registry]]
prefix = "ghcr.io"
location = "$public"
insecure = true
[[registry]]
prefix = "quay.io"
location = "$public"
insecure = true
[[registry]]
location = "$mirror"
insecure = true
END

# publish <name>: a stand-in of two architectures. Sets digest to that of its index.
publish() {
  local path=${1#*/} architecture manifests=() index
  path=${path%:*}
  for architecture in amd64 arm64; do
    rm -rf "$work/layout"
    umoci init --layout "$work/layout"
    umoci new --image "$work/layout:$architecture"
    umoci config --image "$work/layout:$architecture" --architecture "$architecture" --config.label "name=$path"
    skopeo copy --quiet --dest-tls-verify=false "oci:$work/layout:$architecture" "docker://$public/$path:$architecture"
    manifests+=("$(skopeo inspect --raw --tls-verify=false "docker://$public/$path:$architecture" >"$work/manifest"
      jq -n --arg digest "sha256:$(sha256sum <"$work/manifest" | cut -d ' ' -f 1)" --arg architecture "$architecture" \
        --argjson size "$(stat --format=%s "$work/manifest")" '{mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: $digest, size: $size, platform: {os: "linux", architecture: $architecture}}')")
  done
  index=$(jq -cs --arg type "$index_type" '{schemaVersion: 2, mediaType: $type, manifests: .}' <<<"${manifests[*]}")
  curl -fsS -X PUT -H "Content-Type: $index_type" --data-binary "$index" \
    "http://$public/v2/$path/manifests/${1##*:}"
  digest=sha256:$(printf %s "$index" | sha256sum | cut -d ' ' -f 1)
}

mkdir "$work/pinned"
declare -A digests=()
edits=()
while read -r image; do
  publish "${image%@*}"
  digests[${image%@*}]=$digest
  path=${image#*/}
  path=${path%%[:@]*}
  edits+=(-e "s|/$path:[^@]*\$|&@$digest|")
done < <("$bin/observability-operator" images)
# The same list with the digests that the stand-ins have.
{
  echo '#!/usr/bin/env bash'
  echo 'set -euo pipefail'
  printf '%q "$@" | sed' "$bin/observability-operator"
  printf ' %q' "${edits[@]}"
  echo
} >"$work/pinned/observability-operator"
chmod +x "$work/pinned/observability-operator"

# page <sections to leave out>: the rest of the page as one script. Its registry becomes the one here; nothing else is
# changed.
page() {
  echo 'set -euo pipefail'
  awk -v without="$1" '/^## / { left_out = $0 ~ without } /^ *```bash$/ { inside = 1; next } /^ *```$/ { inside = 0 }
    inside && !left_out' "$page" | sed "s|^mirror=.*|mirror=$mirror/\$1|"
}

page '^## With Helm$' >"$work/kustomize.sh"
page '^## (Install from the mirror|The object)$' >"$work/helm.sh"
for tool in kustomize:'kubectl apply -k' helm:'^helm '; do
  grep -q -- "${tool#*:}" "$work/${tool%%:*}.sh" || { echo "$page has no way with ${tool%%:*}" >&2; exit 1; }
done

# run <kind> <folder of the operator> <script>
run() {
  echo "== the images $1"
  local root=$work/$1 image path
  mkdir "$root"
  cp -r config charts "$root"
  "$bin/devcluster" run --listen 127.0.0.1:0 --kubeconfig "$root/kubeconfig" >"$root/log" 2>&1 &
  children+=($!)
  export KUBECONFIG=$root/kubeconfig
  await "the API server" kubectl version
  # The samples bring these along; a cluster that is new to the product has neither.
  kubectl delete namespace cozy-coroot cozy-observability --ignore-not-found >"$root/output"
  (cd "$root" && PATH=$2:$PATH bash "$3" "$1") >"$root/output" 2>&1 || {
    cat "$root/output" >&2
    exit 1
  }
  for image in "${!digests[@]}"; do
    path=${image#*/}
    digest=sha256:$(skopeo inspect --raw "docker://$mirror/$1/$path" | sha256sum | cut -d ' ' -f 1)
    [[ $digest == "${digests[$image]}" ]] || { echo "$path has digest $digest in the mirror" >&2; exit 1; }
    # Both architectures, not that of this machine alone.
    skopeo inspect --override-arch arm64 "docker://$mirror/$1/$path" | grep -q '"Architecture": "arm64"'
  done
  image=$(kubectl -n cozy-observability get deployment observability-operator \
    -o 'jsonpath={.spec.template.spec.containers[0].image}')
  [[ $image == "$mirror/$1/"* ]] || { echo "the Deployment runs $image, which is not in the mirror" >&2; exit 1; }
  [[ $(kubectl get observability platform -o 'jsonpath={.spec.images.registry}') == "$mirror/$1" ]]
}

# there <kind>: the page's own check says of every image that the mirror has it.
there() {
  grep ' is there$' "$work/$1/output" | tee "$work/$1/there"
  # An agents-only object without traces and logs runs the agent's image and the operator's.
  [[ $(wc -l <"$work/$1/there") == 2 ]] || { echo "the mirror lacks an image" >&2; exit 1; }
}

# pulled <kind>: what the installed operator would run for the stored object lies in the mirror.
pulled() {
  local image count=0
  image=$(kubectl -n cozy-observability get deployment observability-operator \
    -o 'jsonpath={.spec.template.spec.containers[0].env[?(@.name=="OPERATOR_IMAGE")].value}')
  kubectl get observability platform -o yaml >"$work/$1/stored.yaml"
  for image in $("$bin/observability-operator" images ${image:+--operator-image "$image"} -f "$work/$1/stored.yaml"); do
    [[ $image == "$mirror/$1/"* ]] || { echo "an agent would run $image, which is not in the mirror" >&2; exit 1; }
    skopeo inspect --raw "docker://$image" >/dev/null
    count=$((count + 1))
  done
  [[ $count == 2 ]] || { echo "agents would run $count images" >&2; exit 1; }
}

[[ ${#digests[@]} -ge 2 ]]
run by-tag "$bin" "$work/kustomize.sh"
there by-tag
pulled by-tag
run by-digest "$work/pinned" "$work/kustomize.sh"
there by-digest
helm=$(.ci/install-helm.sh 4.3.1)
if [[ $helm ]]; then
  mkdir "$work/helm"
  ln -s "$bin/observability-operator" "$helm/helm" "$work/helm"
  run with-helm "$work/helm" "$work/helm.sh"
  pulled with-helm
  echo "every command of $page ran, ${#digests[@]} images, by tag, by digest and with Helm"
else
  echo "skipped: Helm cannot be had; every other command of $page ran, ${#digests[@]} images, by tag and by digest"
fi
