# SPDX-License-Identifier: Apache-2.0
# To be sourced: how the executable that ships is built.

# shipped_options: sets `options` for swift build. One file that needs no library: Swift's, libcurl's, OpenSSL's and
# glibc's parts are linked in, at an address that the kernel chooses. Returns 1 without the small libcurl; the options
# then link the system's libraries. With REFRESH=1 newer sources of the libraries are looked for.
#
# glibc resolves names by itself, by /etc/hosts and DNS, since 2.34 (NEWS of 2.34: nss_files and nss_dns are in libc);
# before, an executable linked like this needed its shared libraries for that.
shipped_options() {
  local folder glibc
  options=(-c release --static-swift-stdlib --scratch-path .build/bench)
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || glibc="no glibc"
  if [[ $(printf '%s\n' "glibc 2.34" "$glibc" | sort -V | head -n 1) != "glibc 2.34" ]]; then
    echo "glibc 2.34 or later is needed for one file that needs no library, not $glibc" >&2
    return 1
  fi
  folder=$(.ci/libcurl.sh ${REFRESH:+--refresh}) || return 1
  export PKG_CONFIG_PATH=$folder${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
  # A scratch path of its own: the flags change every object. glibc refuses a search path for libraries in such a file.
  options=(-c release --static-swift-stdlib --scratch-path .build/shipped --disable-local-rpath
    -Xswiftc -Xclang-linker -Xswiftc -static-pie)
}

# build_shipped <product>…: builds with these options; what the tools say is shown only if that fails.
build_shipped() {
  local product said bin
  bin=$(swift build "${options[@]}" --show-bin-path)
  for product in "$@"; do
    echo "building $product" >&2
    # swift build does not notice that an archive of the small libcurl's folder is another one; it links what is missing.
    rm -f "$bin/$product"
    said=$(swift build "${options[@]}" --product "$product" 2>&1) || {
      printf '%s\n' "$said" >&2
      return 1
    }
  done
}
