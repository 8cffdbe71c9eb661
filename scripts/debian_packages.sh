#!/usr/bin/env bash
# The Debian packages the full tests need: a browser, a Japanese font for pages and letters, a fax server.
set -euo pipefail
packages=(chromium fonts-ipafont-gothic ghostscript hylafax-client hylafax-server poppler-utils)
if ! command -v apt-get >/dev/null; then
  echo "not a Debian system: install chromium, a Japanese font and hylafax yourself; tests that need it are skipped and listed"
  exit 0
fi
missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0
sudo=""
[ "$(id -u)" -eq 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
echo "installing Debian packages: ${missing[*]}"
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
