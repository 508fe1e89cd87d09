#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds a small libcurl, once, for the executable that ships, and prints the folder of its pkg-config files: HTTP and
# HTTPS only, as an archive, from the source package of the distribution with its security patches. Beside it lie the
# archives of OpenSSL, zlib and libyaml, so that a link with this folder needs no shared library of theirs.
#
# apt checks the signature of the archive, and by it the sum of each file of the source.
#
# With --refresh it looks for newer sources first, says which there are, and builds again what it built from older ones.
# OpenSSL, zlib, libyaml and glibc are the machine's packages: if one is outdated it says so and ends with 1, unless
# OUTDATED=1.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly home=$PWD/.build/libcurl
readonly packages=(dpkg-dev gcc make libssl-dev zlib1g-dev libyaml-dev)
# The sources of what is linked beside libcurl, with the packages that hold the archives.
readonly linked=(openssl:libssl-dev zlib:zlib1g-dev libyaml:libyaml-dev glibc:libc6-dev)
# What HTTPTransport asks of libcurl, by libcurl's own names. configure leaves out in silence what it does not find.
readonly wanted=(AsynchDNS HTTPS-proxy IPv6 SSL libz)

fail() {
  printf '%s\n' "no small libcurl: $1" "${@:2}" >&2
  exit 1
}

# Runs a step; only if it fails, what it said is shown.
step() {
  echo "libcurl: $1" >&2
  "${@:2}" >"$work/log" 2>&1 || fail "$1 failed" "$(tail -n 20 "$work/log")"
}

# The lists of sources, from where this machine has its packages, checked by the same keys. The machine's own lists and
# sources stay as they are, and this step needs no right. Sets apt_options.
lists() {
  mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial"
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    [[ -r $file ]] || continue
    case $file in
      *.list) sed -nE 's/^deb[[:space:]]/deb-src /p' "$file" ;;
      *.sources) sed -E 's/^Types:.*/Types: deb-src/' "$file" ;;
    esac >"$work/sources/${file##*/}"
  done
  apt_options=(-q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources"
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache")
  # A repository of others may have no sources; what counts is whether curl is found.
  apt-get "${apt_options[@]}" update || true
  [[ $(newest curl) ]]
}

# newest <source>: its newest version in the lists; nothing if no list has it.
newest() {
  local version newest=
  while read -r version; do
    if [[ ! $newest ]] || dpkg --compare-versions "$version" gt "$newest"; then newest=$version; fi
  done < <(apt-cache "${apt_options[@]}" showsrc --only-source "$1" 2>/dev/null | sed -n 's/^Version: //p')
  echo "$newest"
}

fetch() { (cd "$work" && apt-get "${apt_options[@]}" source --only-source curl); }

# The sources of the machine's packages that are linked, one a line: openssl 3.0.19-1~deb12u2
linked_versions() {
  local pair
  for pair in "${linked[@]}"; do
    echo "${pair%%:*} $(dpkg-query --show --showformat='${source:Version}' "${pair#*:}" 2>/dev/null)"
  done
}

# Says what is newer than what was built or is installed. Returns 1 if a package is outdated.
compare() {
  local name have newest package outdated=()
  have=$(cat "$home/version" 2>/dev/null) || have=
  newest=$(newest curl)
  if [[ $have ]] && dpkg --compare-versions "$newest" gt "$have"; then
    echo "libcurl: curl $newest is there; $have was built, and is built again" >&2
    rm -f "$home/version"
  fi
  while read -r name have; do
    newest=$(newest "$name")
    [[ $newest ]] && dpkg --compare-versions "$newest" gt "$have" || continue
    package=$(printf '%s\n' "${linked[@]}" | sed -n "s/^$name://p")
    echo "libcurl: $name $newest is there; this machine has ${have:-none}" >&2
    outdated+=("$package")
  done < <(linked_versions)
  [[ ${#outdated[@]} -eq 0 ]] || {
    echo "libcurl: apt-get update && apt-get install ${outdated[*]}, or OUTDATED=1 to link what is here" >&2
    [[ ${OUTDATED:-} ]]
  }
}

configure() {
  local flags
  flags=$(DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get CFLAGS)
  # Curl names its sources at run time; the folder would be another one in each build.
  flags+=" -ffile-prefix-map=$work=."
  mkdir "$work/build" && cd "$work/build"
  "$source"/configure --prefix="$work/installed" --disable-shared --disable-dependency-tracking \
    --with-openssl --with-zlib --enable-threaded-resolver --enable-ipv6 \
    --with-ca-bundle=/etc/ssl/certs/ca-certificates.crt --with-ca-path=/etc/ssl/certs \
    --disable-{dict,file,ftp,gopher,imap,ldap,ldaps,mqtt,pop3,rtsp,smb,smtp,telnet,tftp,websockets} \
    --disable-{alt-svc,cookies,crypto-auth,dateparse,doh,get-easy-options,headers-api,hsts,libcurl-option,manual} \
    --disable-{mime,netrc,ntlm,tls-srp,unix-sockets} \
    --without-{brotli,gssapi,libgsasl,libidn2,libpsl,librtmp,libssh,libssh2,nghttp2,zstd} \
    CFLAGS="$flags -ffunction-sections -fdata-sections" \
    CPPFLAGS="$(dpkg-buildflags --get CPPFLAGS) -DCURL_PATCHSTAMP='\"$version\"'"
}

compile() {
  make -C "$work/build/lib" -j "$(nproc)" install && make -C "$work/build/include" install
}

# describe <name> <version> <libraries>: a pkg-config file of the folder to be.
describe() {
  printf '%s\n' "Name: $1" "Description: $1, as an archive" "Version: $2" "Cflags: -I$home/include" \
    "Libs: -L$home/lib $3" >"$work/installed/lib/pkgconfig/$1.pc"
}

# Where the compiler would find the archive of that name.
archive() {
  local path
  path=$(cc -print-file-name="$1")
  [[ $path == /* ]] || fail "there is no $1; apt-get install ${packages[*]}"
  echo "$path"
}

assemble() {
  local features name
  features=$(sed -n 's/^supported_features="\(.*\)"/\1/p' "$work/build/libcurl.pc")
  for name in "${wanted[@]}"; do
    [[ " $features " == *" $name "* ]] || fail "configure left out $name: $features"
  done
  mkdir -p "$work/installed/lib/pkgconfig"
  for name in ssl crypto z yaml; do cp "$(archive "lib$name.a")" "$work/installed/lib/"; done
  describe libcurl "${version%%-*}" "-lcurl -lssl -lcrypto -lz"
  describe yaml-0.1 "$(pkg-config --modversion yaml-0.1)" -lyaml
  describe zlib "$(pkg-config --modversion zlib)" -lz
  linked_versions >"$work/installed/linked"
  cp "$source/debian/copyright" "$work/installed/copyright"
  echo "$version" >"$work/installed/version"
}

begin() {
  command -v apt-get >/dev/null || fail "its source is had by apt-get only, which is not here"
  . .ci/packages.sh
  install_packages "${packages[@]}" || fail "apt-get could not install ${packages[*]}"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  step "fetching the lists of sources" lists
}

if [[ ${1:-} == --refresh ]]; then
  begin
  compare || fail "a package that is linked is outdated"
  # What was installed since is linked only now.
  [[ ! -r $home/version || $(linked_versions) == "$(cat "$home/linked" 2>/dev/null)" ]] || rm -f "$home/version"
fi
# The image carries the licence; a build from before that has none.
if [[ ! -r $home/version || ! -r $home/copyright ]]; then
  [[ ${work:-} ]] || begin
  step "fetching the source of curl" fetch
  source=$(find "$work" -maxdepth 1 -type d -name 'curl-*')
  [[ -x $source/configure ]] || fail "the source has no configure"
  version=$(cd "$source" && dpkg-parsechangelog --show-field Version)
  step "configuring curl $version" configure
  # What `version` prints is then the version of the source, whose patches have the fixes of later releases.
  sed -i "s/^#define LIBCURL_VERSION \".*\"/#define LIBCURL_VERSION \"$version\"/" "$source/include/curl/curlver.h"
  step "compiling curl $version" compile
  assemble
  rm -rf "$home"
  mkdir -p "${home%/*}"
  cp -r "$work/installed" "$home"
fi
echo "$home/lib/pkgconfig"
