#!/usr/bin/env bash
# Installs real MariaDB, Java, Maven, Valkey, Prometheus, Chromium, wrk (apt) and Apache Kafka's jars (Maven) for tests,
# benchmarks and `make services`.
# It may be run again at any time: programs that are installed are left as they are. It starts nothing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kafka_pom=$root/deploy/kafka/pom.xml
kafka_libs=$root/.services/kafka/libs
prometheus=$root/.services/prometheus
apt_is_fresh=
failed=0

say() { printf 'services: %s\n' "$*"; }

# Networks fail now and then: a command is tried three times.
retry() {
  local attempt
  for attempt in 1 2 3; do
    if "$@"; then return 0; fi
    if [ "$attempt" -lt 3 ]; then
      say "failed (attempt $attempt of 3), trying again: $*"
      sleep $((attempt * 5))
    fi
  done
  say "failed three times: $*"
  return 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

apt_ready() {
  command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }
}

apt_refresh() {
  [ -z "$apt_is_fresh" ] || return 0
  say "reading apt's package lists"
  retry as_root apt-get update -qq -o Acquire::Retries=3 || return 1
  apt_is_fresh=yes
}

apt_install() {
  if ! apt_ready; then
    say "no apt-get with root or sudo here: install by hand what $* holds; it is used when it is on the PATH"
    return 1
  fi
  apt_refresh || return 1
  say "installing $*"
  retry as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

# at_least WANTED FOUND: compares version numbers in the order of `sort -V`.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

mariadb_version() {
  PATH=$PATH:/usr/sbin:/usr/local/sbin mariadbd --no-defaults --version 2>/dev/null |
    grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 || true
}

java_major() {
  java -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p' | head -n 1 || true
}

newest_jre() {
  local major
  for major in 21 17; do
    if apt-cache show "openjdk-$major-jre-headless" >/dev/null 2>&1; then
      printf 'openjdk-%s-jre-headless' "$major"
      return
    fi
  done
  printf 'default-jre-headless'
}

chromium_version() {
  local name
  for name in chromium google-chrome chromium-browser; do
    if command -v "$name" >/dev/null && "$name" --version 2>/dev/null; then return; fi
  done
}

# The core packages contain the programs but no system-wide service; the client package contains the dump program.
install_mariadb() {
  apt_install mariadb-server-core mariadb-client-core mariadb-client || return 1
  local version
  version=$(mariadb_version)
  at_least 10.11 "${version:-0}" && return
  say "this system's MariaDB is ${version:-absent}, Furlong needs 10.11: install it from mariadb.org's packages"
  return 1
}

install_chromium() {
  if grep -qiE '^ID=ubuntu' /etc/os-release; then
    say "Ubuntu's chromium package is a snap shim, which cannot be driven from tests everywhere:" \
      "install Google Chrome or another Chromium so that 'chromium' or 'google-chrome' is on the PATH"
    return 1
  fi
  apt_install chromium fonts-liberation
}

install_kafka() {
  command -v mvn >/dev/null || return 1
  local fresh=$kafka_libs.new.$$
  mkdir -p "$(dirname "$kafka_libs")"
  retry mvn -B -q -Dstyle.color=never -f "$kafka_pom" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$fresh" || { rm -rf "$fresh"; return 1; }
  cp "$kafka_pom" "$fresh/pom.xml"
  rm -rf "$kafka_libs"
  mv "$fresh" "$kafka_libs"
}

# need NAME FOUND INSTALLER: installs NAME unless FOUND is not empty.
need() {
  if [ -n "$2" ]; then
    say "$1 is already installed: $2"
  elif "$3"; then
    say "$1 is installed"
  else
    say "$1 could NOT be installed"
    return 1
  fi
}

install_java() {
  if apt_ready; then apt_refresh || return 1; fi
  apt_install "$(newest_jre)" || return 1
  local major
  major=$(java_major)
  at_least 17 "${major:-0}" && return
  say "the java on the PATH is version ${major:-unknown}, Kafka needs 17: install a newer one"
  return 1
}

# Debian 13 and later have Valkey; Redis, from which it was forked, does as well for tests.
install_valkey() {
  apt_refresh || return 1
  if apt-cache show valkey-server >/dev/null 2>&1; then apt_install valkey-server; else apt_install redis-server; fi
}

install_maven() { apt_install maven; }

# The programs without their package, which would start a server; neither needs anything but the C library.
install_prometheus() {
  apt_refresh || return 1
  local fresh=$prometheus.new.$$
  mkdir -p "$fresh"
  if (cd "$fresh" && retry apt-get download -qq -o APT::Sandbox::User=root prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb |
    tar -x --strip-components=3 ./usr/bin/prometheus ./usr/bin/promtool && rm prometheus_*.deb); then
    rm -rf "$prometheus"
    mv "$fresh" "$prometheus"
  else
    rm -rf "$fresh"
    return 1
  fi
}

install_wrk() { apt_install wrk; }

found=$(mariadb_version)
if ! at_least 10.11 "${found:-0}" || ! command -v mariadb-dump >/dev/null; then found=; fi
need MariaDB "$found" install_mariadb || failed=1

found=$(java_major)
if ! at_least 17 "${found:-0}"; then found=; fi
need Java "$found" install_java || failed=1

need Maven "$(command -v mvn || true)" install_maven || failed=1
need Chromium "$(chromium_version)" install_chromium || say "all but the tests in a browser works without it"

need Valkey "$(command -v valkey-server || command -v redis-server || true)" install_valkey || failed=1

found=$(command -v promtool || true)
if [ -z "$found" ] && [ -x "$prometheus/promtool" ]; then found=$prometheus; fi
need Prometheus "$found" install_prometheus || failed=1

need wrk "$(command -v wrk || true)" install_wrk || say "all but the benchmarks works without it"

if cmp -s "$kafka_pom" "$kafka_libs/pom.xml"; then found=$kafka_libs; else found=; fi
need "Apache Kafka" "$found" install_kafka || failed=1

exit "$failed"
