# SPDX-License-Identifier: Apache-2.0
# To be sourced: packages of Debian and Ubuntu.

# install_packages <package>…: installs those that are missing. On failure, apt_output holds why.
install_packages() {
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -y -q)
  if [[ $EUID -ne 0 ]]; then
    sudo -n true 2>/dev/null || [[ -t 0 ]] && command -v sudo >/dev/null || {
      apt_output="as root: apt-get install ${missing[*]}"
      return 1
    }
    get=(sudo "${get[@]}")
  fi
  echo "installing ${missing[*]}" >&2
  local install=("${get[@]}" install --no-install-recommends "${missing[@]}")
  # The lists of packages may be missing or old; they are fetched only if it does not go without.
  apt_output=$("${install[@]}" 2>&1) || apt_output=$("${get[@]}" update 2>&1 && "${install[@]}" 2>&1)
}
