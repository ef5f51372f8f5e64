#!/usr/bin/env bash
# Builds kube-apiserver and etcd from their Go modules, whose hashes go.sum pins, in .services/api-server. It takes a
# quarter of an hour once, and nothing afterwards. It starts nothing.
set -euo pipefail

source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
built=$source/../../.services/api-server
go=$(command -v go || ls /usr/local/go/bin/go 2>/dev/null || true)

if cmp -s "$source/go.sum" "$built/go.sum"; then exit 0; fi
if [ -z "$go" ]; then
  echo "api server: Go 1.26 is not installed" >&2
  exit 1
fi

version=$(sed -nE 's|^require k8s.io/kubernetes (v[0-9.]+).*|\1|p' "$source/go.mod")
fresh=$built.new.$$
trap 'rm -rf "$fresh"' EXIT
mkdir -p "$fresh"
cd "$source"
# Without its version, the server takes itself for an unreleased one.
stamp=k8s.io/component-base/version.gitVersion=$version
for program in kube-apiserver=k8s.io/kubernetes/cmd/kube-apiserver etcd=go.etcd.io/etcd/server/v3; do
  echo "api server: building ${program%%=*}"
  "$go" build -mod=readonly -p "${JOBS:-2}" -trimpath -ldflags "-s -w -X $stamp" -o "$fresh/${program%%=*}" "${program#*=}"
done
cp go.sum "$fresh/"
rm -rf "$built"
mv "$fresh" "$built"
echo "api server: built in $(cd "$built" && pwd)"
