#!/usr/bin/env bash
# Builds Furlong's image as an OCI layout, without a container engine: Debian's Python, the packages of
# requirements.lock and the wheel in dist/. The same inputs make the same bytes.
# Run as root on Debian with mmdebstrap, umoci and Python 3.11, after `make wheel`:
#   deploy/image/build.sh [FOLDER]       # dist/image by default; prints the digest of its manifest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

layout=${1:-dist/image}
python=${PYTHON:-python3.11}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export PYTHONHASHSEED=0 LC_ALL=C TZ=UTC
created=$(date --utc --date "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for program in mmdebstrap umoci "$python"; do
  command -v "$program" >/dev/null || { echo "build.sh: $program is missing (on Debian, apt-get install mmdebstrap umoci)" >&2; exit 1; }
done
wheels=(dist/furlong-*.whl)
[ -f "${wheels[0]}" ] || { echo "build.sh: dist/ has no wheel: run 'make wheel' first" >&2; exit 1; }
[ "${#wheels[@]}" -eq 1 ] || { echo "build.sh: dist/ has several wheels: ${wheels[*]}" >&2; exit 1; }

# Debian, with nothing but what Python needs, and the user; mmdebstrap honours SOURCE_DATE_EPOCH.
mmdebstrap --quiet --variant=essential --include=python3,libstdc++6,ca-certificates,tzdata \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --aptopt='Apt::Install-Recommends "false"' \
  --customize-hook='echo "furlong:x:10001:10001:Furlong:/var/lib/furlong:/usr/sbin/nologin" >> "$1/etc/passwd"' \
  --customize-hook='echo "furlong:x:10001:" >> "$1/etc/group"' \
  --customize-hook='mkdir -p "$1/var/lib/furlong" && chown 10001:10001 "$1/var/lib/furlong"' \
  --customize-hook='rm -rf "$1/var/cache/ldconfig/aux-cache" "$1/var/cache/debconf" "$1"/var/log/*' \
  --customize-hook='rm -rf "$1/usr/share/python3/debpython/__pycache__"' \
  --customize-hook='rm -f "$1/etc/resolv.conf" "$1/etc/hostname" "$1/etc/machine-id"' \
  bookworm "$work/debian.tar"

# The packages and the wheel, compiled so that a read-only file system starts quickly.
lib=$work/app/opt/furlong/lib
mkdir -p "$work/app/opt/furlong/bin"
pip() { "$python" -m pip install --quiet --disable-pip-version-check --no-compile --target "$lib" "$@"; }
pip --require-hashes --only-binary :all: -r requirements.lock
pip --no-deps "${wheels[0]}"
rm -rf "$lib/bin"
# What pip notes about the machine that it ran on.
find "$lib" -path '*.dist-info/*' \( -name RECORD -o -name direct_url.json -o -name REQUESTED \) -delete
(cd "$lib" && "$python" -m compileall -q -j 1 -s "$lib" -p /opt/furlong/lib --invalidation-mode unchecked-hash .)
install -m 755 deploy/image/furlong "$work/app/opt/furlong/bin/furlong"
chmod -R u=rwX,go=rX "$work/app"
tar --create --file "$work/furlong.tar" --directory "$work/app" --sort=name --format=posix --numeric-owner --owner=0 \
  --group=0 --mtime="@$SOURCE_DATE_EPOCH" --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime opt

rm -rf "$layout"
mkdir -p "$(dirname "$layout")"
image=$layout:furlong
umoci init --layout "$layout"
umoci new --image "$image"
history=(--history.created "$created" --history.author furlong)
umoci raw add-layer --image "$image" "${history[@]}" --history.created_by "debian" "$work/debian.tar"
umoci raw add-layer --image "$image" "${history[@]}" --history.created_by "furlong" "$work/furlong.tar"
umoci config --image "$image" "${history[@]}" --history.created_by "config" --created "$created" --architecture amd64 --os linux \
  --config.user 10001:10001 --config.workingdir /var/lib/furlong --config.entrypoint /opt/furlong/bin/furlong \
  --config.cmd --help --config.env PATH=/opt/furlong/bin:/usr/bin:/bin --config.env PYTHONDONTWRITEBYTECODE=1
umoci gc --layout "$layout"
"$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["manifests"][0]["digest"])' "$layout/index.json"
