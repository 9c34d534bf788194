#!/usr/bin/env bash
# Builds the images of HEAD from a Debian made here, runs the live tests on testcontainers, and takes an order through compose.
# Usage: deploy/containers.sh [images|tests|compose]...     All three without a word.
# Where no Docker engine answers, Debian's is installed and run for the time of this script (needs root).
set -euo pipefail
cd "$(dirname "$0")/.."

work=${CAUCE_CONTAINERS:-/var/tmp/cauce-containers}
steps=("$@")
[ $# -gt 0 ] || steps=(images tests compose)
mkdir -p "$work"
export CAUCE_DATA=${CAUCE_DATA:-$(realpath ../shared/data)} DOCKER_BUILDKIT=0 TESTCONTAINERS_RYUK_DISABLED=true
engine= command=()

say() { echo "containers: $*"; }
install() {
  say "installing with apt: $*"
  DEBIAN_FRONTEND=noninteractive apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
answers() { docker version >/dev/null 2>&1; }

stop_engine() {
  [ -n "$engine" ] || return 0
  kill "$engine" && wait "$engine" || true
  umount "$work/run/netns/default" 2>/dev/null || true
}
start_engine() {
  answers && return
  [ "$(id -u)" = 0 ] || { say "no Docker engine answers, and only root may start one here"; exit 1; }
  command -v dockerd >/dev/null && command -v iptables >/dev/null && command -v cgroupfs-mount >/dev/null ||
    install docker.io iptables cgroupfs-mount
  cgroupfs-mount || true # nothing to do where control groups are mounted already
  say "starting dockerd, its log is $work/dockerd.log"
  dockerd --data-root "$work/docker" --exec-root "$work/run" >"$work/dockerd.log" 2>&1 &
  engine=$!
  trap stop_engine EXIT
  for _ in $(seq 120); do
    answers && return
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.5
  done
  tail -n 20 "$work/dockerd.log"
  say "dockerd did not come up"
  exit 1
}

# What is committed is built, on the Debian made here; this machine's network reaches the registries.
build() { git archive HEAD | docker build --network host --build-arg BASE=cauce-debian:12 "$@" -; }

images() {
  deploy/debian.sh "$work/debian"
  [ -n "$(docker images -q cauce-debian:12)" ] || tar -C "$work/debian" -c . | docker import - cauce-debian:12 >/dev/null
  build -f deploy/Dockerfile.broker -t cauce-broker:8.1.1
  build -f deploy/Dockerfile -t cauce:latest
  docker images --format '{{.Repository}}:{{.Tag}}  {{.Size}}' | grep '^cauce'
}

tests() {
  deploy/setup.sh
  env -u CAUCE_SERVERS CAUCE_TEST_BROKER=container CAUCE_TEST_HOME="$work/tests" .venv/bin/pytest -q -m live --ignore tests/chaos
}

compose() {
  command=(docker-compose)
  if docker compose version >/dev/null 2>&1; then command=(docker compose)
  elif ! command -v docker-compose >/dev/null; then install docker-compose; fi
  export CAUCE_CLOCK=/var/lib/cauce/clock # the order's own, or it would be days with the carrier
  command+=(--project-name cauce-proof --file deploy/compose.yaml)
  trap '"${command[@]}" logs --tail 15; "${command[@]}" --profile demo down --volumes --timeout 20; stop_engine' EXIT
  "${command[@]}" --profile demo up --detach --scale order=0
  "${command[@]}" run --rm --no-deps order
  trap stop_engine EXIT
  "${command[@]}" --profile demo down --volumes --timeout 20
}

start_engine
for step in "${steps[@]}"; do
  start=$SECONDS
  "$step"
  say "$step passed in $((SECONDS - start)) s"
done
