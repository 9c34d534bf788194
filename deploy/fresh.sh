#!/usr/bin/env bash
# Proves the front doors on a fresh machine: a plain Debian 12 in a folder, a clone of HEAD in it, nothing else.
# Usage: deploy/fresh.sh [test|demo]...     Both without a word. Needs root. Keeps its work in $CAUCE_FRESH.
set -euo pipefail
cd "$(dirname "$0")/.."

work=${CAUCE_FRESH:-/var/tmp/cauce-fresh}
data=$(realpath "${CAUCE_DATA:-../shared/data}")
doors=("$@")
[ $# -gt 0 ] || doors=(test demo)
[ "$(id -u)" = 0 ] || { echo "fresh: needs root, to make a Debian in a folder and to work in it" >&2; exit 1; }
mkdir -p "$work"

deploy/debian.sh "$work/debian"
machine=$work/machine
rm -rf "$machine"
cp -a --reflink=auto "$work/debian" "$machine"
cp -L /etc/resolv.conf /etc/hosts "$machine/etc/"
mkdir -p "$machine/srv/cauce/shared/data"
git clone --quiet --no-hardlinks . "$machine/srv/cauce/main"

# How this machine reaches its registries is handed in as it is: variables of pip, Maven, proxies and certificates.
environment=(HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
while IFS= read -r -d '' pair; do
  case ${pair%%=*} in
    PIP_FIND_LINKS) ;; # a folder of this machine
    PIP_* | *_PROXY | *_proxy | SSL_CERT_* | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | MAVEN_* | JAVA_TOOL_OPTIONS)
      environment+=("$pair") ;;
  esac
done < <(env -0)

# Mounts and processes live in namespaces of their own: whatever happens, nothing of it is left.
inside() {
  unshare --mount --pid --fork --kill-child -- bash -euc '
    machine=$1 data=$2; shift 2
    mount -t proc proc "$machine/proc"
    mount --rbind /dev "$machine/dev"
    mount --bind -o ro "$data" "$machine/srv/cauce/shared/data"
    exec chroot "$machine" env -i "$@"
  ' fresh "$machine" "$data" "${environment[@]}" bash -c "$1"
}

for door in "${doors[@]}"; do
  echo "fresh: make $door on a Debian $(cat "$machine/etc/debian_version"), commit $(git rev-parse --short HEAD)"
  start=$SECONDS
  inside "cd /srv/cauce/main && make $door"
  echo "fresh: make $door passed in $((SECONDS - start)) s"
done
