#!/usr/bin/env bash
# Makes a checkout ready: the Python environment in .venv from the lock file, and Maven for the local broker.
# With the word `postgresql` also a PostgreSQL, on which the read model is tested and measured; with `compiler` only a
# C compiler, for the modules of the hot path.
# Quick when nothing changed. On Debian and Ubuntu, what is missing is installed where that is allowed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root where we are root or need no password for it.
as_root() {
  if [ "$(id -u)" = 0 ]; then env DEBIAN_FRONTEND=noninteractive "$@"
  else sudo -n env DEBIAN_FRONTEND=noninteractive "$@"; fi
}
may_install() { have apt-get && { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }; }
install() {
  may_install || return 1
  say "installing with apt: $*"
  as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if have "$candidate" && new_enough "$candidate"; then echo "$candidate"; return; fi
  done
  return 1
}

make_environment() {
  local python
  if ! python=$(find_python); then
    install python3 python3-venv || fail "Python 3.11 or newer is missing. Install it, or name it: PYTHON=/path/to/python make setup"
    python=$(find_python) || fail "this system's Python is older than 3.11. Install a newer one and name it: PYTHON=/path/to/python make setup"
  fi
  "$python" -c 'import ensurepip, venv' 2>/dev/null || install python3-venv ||
    fail "Python's venv module is missing. Install it (Debian, Ubuntu: apt-get install python3-venv)."
  say "making .venv with $("$python" --version)"
  "$python" -m venv .venv
}

fill_environment() {
  say "installing the locked dependencies into .venv"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
  .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps -e .
}

# The local broker's jars come with Maven; it is not needed where servers are named or a Docker engine answers.
find_maven() {
  have mvn || [ -n "${CAUCE_SERVERS:-}" ] || { have docker && docker version >/dev/null 2>&1; } || install maven ||
    say "Maven is missing, which brings Kafka's jars. Install it (Debian, Ubuntu: apt-get install maven)," \
      "start a Docker engine, or name a broker in CAUCE_SERVERS. Tests with a broker and the demo fail until then."
}

# Debian's package would also start a server of its own, which nobody here needs.
find_postgresql() {
  if have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then return; fi
  if may_install && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  install postgresql || say "PostgreSQL is missing. Install it (Debian, Ubuntu: apt-get install postgresql)." \
    "Tests of the read model on it and measurements of the whole pipeline fail until then."
}

# Without a compiler everything runs as it stands in its files, a quarter slower.
find_compiler() {
  local headers='import pathlib, sys, sysconfig; sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").is_file())'
  if have cc && .venv/bin/python -c "$headers"; then return; fi
  install gcc libc6-dev python3-dev || fail "a C compiler or Python's headers are missing." \
    "Install them (Debian, Ubuntu: apt-get install gcc libc6-dev python3-dev)."
}

wanted=$(cat requirements-dev.txt pyproject.toml | cksum)
stamp=.venv/.made-from
find_maven
[ "${1:-}" != postgresql ] || find_postgresql
if [ "${1:-}" = compiler ]; then find_compiler; exit 0; fi
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then exit 0; fi
[ -x .venv/bin/python ] && new_enough .venv/bin/python || make_environment
fill_environment
printf '%s\n' "$wanted" >"$stamp"
say "ready"
