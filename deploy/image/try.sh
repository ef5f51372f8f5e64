#!/usr/bin/env bash
# Unpacks an image that build.sh made, and runs it as a cluster would: no network, no root user, a read-only root file
# system, no capabilities. Run as root: deploy/image/try.sh [FOLDER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
layout=$(realpath "${1:-dist/image}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umoci unpack --image "$layout:furlong" "$work/bundle" 2>/dev/null

# In namespaces of its own: the root is mounted read-only, with /proc and two writable folders.
cat > "$work/inside.sh" <<'INSIDE'
set -euo pipefail
root=$1
ip link set lo up
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o uid=10001,gid=10001 tmpfs "$root/var/lib/furlong"
mount -t tmpfs tmpfs "$root/dev"
for device in null zero urandom random; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mount -o remount,bind,ro "$root"
# setpriv comes after chroot, which needs a capability.
run() {
  env -i PATH=/opt/furlong/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 HOME=/var/lib/furlong \
    FURLONG_DATABASE_URL=sqlite+aiosqlite:////var/lib/furlong/data FURLONG_JWT_SECRET=a-secret-that-is-long-enough-for-it \
    FURLONG_JWT_ISSUER=try FURLONG_JWT_AUDIENCE=try /usr/sbin/chroot "$root" setpriv --reuid 10001 --regid 10001 --clear-groups \
    --bounding-set=-all --inh-caps=-all --no-new-privs sh -c 'cd /var/lib/furlong && exec "$@"' sh "$@"
}
run furlong --version
run sh -c 'id -u; touch /opt/written 2>/dev/null && echo "the root can be written" || echo "the root is read-only"'
run furlong db upgrade
run furlong serve --listen 127.0.0.1:8000 --workers 2 --operators 127.0.0.1:9100 &
for _ in $(seq 120); do
  sleep 0.5
  run python3 -c 'import urllib.request as u; print("/ready:", u.urlopen("http://127.0.0.1:9100/ready").status)' 2>/dev/null && break
done
run python3 -c 'import urllib.request as u
request = u.Request("http://127.0.0.1:8000/graphql", b"{\"query\": \"{ __typename }\"}", {"content-type": "application/json"})
print("graph:", u.urlopen(request).read().decode())'
kill %1
wait %1 || true
INSIDE
unshare --net --mount --pid --fork --kill-child bash "$work/inside.sh" "$work/bundle/rootfs"
