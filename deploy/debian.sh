#!/usr/bin/env bash
# Makes a folder that holds a plain Debian 12 (bookworm), nothing but what a fresh machine has, by debootstrap.
# Usage: deploy/debian.sh FOLDER     An existing folder is kept. Needs root, on Debian or Ubuntu.
set -euo pipefail

folder=${1:?the folder to make}
[ -e "$folder/.complete" ] && exit 0
[ "$(id -u)" = 0 ] || { echo "debian.sh: making a Debian in a folder needs root" >&2; exit 1; }

install_here() {
  echo "debian.sh: installing with apt: $*" >&2
  DEBIAN_FRONTEND=noninteractive apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
command -v debootstrap >/dev/null || install_here debootstrap

rm -rf "$folder"
mkdir -p "$folder"
echo "debian.sh: making a Debian 12 in $folder" >&2
debootstrap --variant=minbase --include=ca-certificates,git,make,python3 bookworm "$folder" >"$folder.log" 2>&1 ||
  { tail -n 20 "$folder.log" >&2; exit 1; }

# What this machine needs to reach its package registries, whatever that is: its certificates and its proxies.
mkdir -p "$folder/usr/local/share/ca-certificates"
cp -rL /usr/local/share/ca-certificates/. "$folder/usr/local/share/ca-certificates/" 2>/dev/null || true
chroot "$folder" update-ca-certificates >/dev/null 2>&1
apt-config dump | grep -iE '^Acquire::https?::.*proxy' >"$folder/etc/apt/apt.conf.d/90host" || true
for file in /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf" "$HOME/.m2/settings.xml"; do
  [ -f "$file" ] || continue
  inside=$folder${file/#$HOME//root}
  mkdir -p "$(dirname "$inside")"
  cp "$file" "$inside"
done
touch "$folder/.complete"
