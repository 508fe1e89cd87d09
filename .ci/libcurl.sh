#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds a small libcurl, once, for the executable that ships, and prints the folder of its pkg-config files: HTTP and
# HTTPS only, as an archive, from the source package of the distribution with its security patches. Beside it lie the
# archives of OpenSSL, zlib and libyaml, so that a link with this folder needs no shared library of theirs.
#
# apt checks the signature of the archive, and by it the sum of each file of the source. To get a later security update,
# remove .build/libcurl.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly home=$PWD/.build/libcurl
readonly packages=(dpkg-dev gcc make libssl-dev zlib1g-dev libyaml-dev)
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

# The source's newest version, from where this machine has its packages, checked by the same keys. The machine's own
# lists and sources stay as they are, and this step needs no right.
fetch() {
  mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial"
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    [[ -r $file ]] || continue
    case $file in
      *.list) sed -nE 's/^deb[[:space:]]/deb-src /p' "$file" ;;
      *.sources) sed -E 's/^Types:.*/Types: deb-src/' "$file" ;;
    esac >"$work/sources/${file##*/}"
  done
  local apt=(apt-get -q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources"
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache")
  # A source of others may have no sources; what counts is whether curl is found.
  "${apt[@]}" update || true
  (cd "$work" && "${apt[@]}" source --only-source curl)
}

configure() {
  local flags
  flags=$(DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get CFLAGS)
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
  echo "$version" >"$work/installed/version"
}

if [[ ! -r $home/version ]]; then
  command -v apt-get >/dev/null || fail "its source is had by apt-get only, which is not here"
  . .ci/packages.sh
  install_packages "${packages[@]}" || fail "apt-get could not install ${packages[*]}"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  step "fetching the source of curl" fetch
  source=$(find "$work" -maxdepth 1 -type d -name 'curl-*')
  [[ -x $source/configure ]] || fail "the source has no configure"
  version=$(cd "$source" && dpkg-parsechangelog --show-field Version)
  step "configuring curl $version" configure
  step "compiling curl $version" compile
  assemble
  rm -rf "$home"
  mkdir -p "${home%/*}"
  cp -r "$work/installed" "$home"
fi
echo "$home/lib/pkgconfig"
