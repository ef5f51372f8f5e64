"""Start a private API server of Kubernetes with an etcd of its own, for tests.

There is no controller, scheduler or node: objects are admitted, validated, completed with defaults and kept,
but nothing follows from them.
"""

import secrets
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tools.server_process import (
    ServerProcess,
    ServiceMissingError,
    accepts,
    free_port,
    start_process,
    wait_until_ready,
)

PROGRAMS: Final = Path(__file__).resolve().parents[2] / ".services" / "api-server"
"""Where `build.sh` puts the programs."""


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running API server.

    Attributes:
        processes: The API server, then etcd, in the order in which they stop.
        url: Where it listens.
        authority: The file with the certificate by which clients know it.
        token: The bearer token of a user who may do everything.
    """

    processes: tuple[ServerProcess, ServerProcess]
    url: str
    authority: Path
    token: str

    def client(self) -> httpx.Client:
        """Return a client that may do everything."""
        return httpx.Client(
            base_url=self.url,
            verify=ssl.create_default_context(cafile=self.authority),
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )

    def kubeconfig(self) -> str:
        """Return the configuration with which Kubernetes' own clients connect."""
        cluster = {"server": self.url, "certificate-authority": str(self.authority)}
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "test",
                "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
                "clusters": [{"name": "test", "cluster": cluster}],
                "users": [{"name": "test", "user": {"token": self.token}}],
            }
        )

    def stop(self) -> None:
        """Stop it and its etcd."""
        for process in self.processes:
            process.stop()


def start_api_server(folder: Path) -> ApiServer:
    """Start both servers on loopback ports.

    Raises:
        ServiceMissingError: They have not been built.
        ServiceFailedError: One did not start.
    """
    if not (PROGRAMS / "go.sum").is_file():
        raise ServiceMissingError("the API server is not built: run make nightly")
    etcd, etcd_url = _start_etcd(folder)
    token, port = secrets.token_hex(16), free_port()
    (folder / "tokens.csv").write_text(f'{token},test,test,"system:masters"\n')
    _write_key(folder / "accounts.key")
    command = [
        str(PROGRAMS / "kube-apiserver"),
        f"--etcd-servers={etcd_url}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certificates'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        f"--service-account-key-file={folder / 'accounts.key'}",
        f"--service-account-signing-key-file={folder / 'accounts.key'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.0.0.0/24",
        # As most clusters allow: the namespace refuses a privileged pod, not the server's own default.
        "--allow-privileged",
        # Nobody calls it by the service `kubernetes`, which refuses an address of the loopback.
        "--endpoint-reconciler-type=none",
    ]
    process = start_process(command, folder, folder / "kube-apiserver.log", tied=True)
    server = ApiServer(
        (process, etcd), f"https://127.0.0.1:{port}", folder / "certificates" / "apiserver.crt", token
    )
    try:
        wait_until_ready(process, lambda: _is_ready(server), 300)
    except BaseException:
        server.stop()
        raise
    return server


def _start_etcd(folder: Path) -> tuple[ServerProcess, str]:
    port = free_port()
    url, peers = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}"
    command = [
        str(PROGRAMS / "etcd"),
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",
    ]
    process = start_process(command, folder, folder / "etcd.log", tied=True)
    wait_until_ready(process, lambda: accepts(port))
    return process, url


def _write_key(file: Path) -> None:
    """Write the key that would sign tokens of service accounts; the server does not start without one."""
    key = ec.generate_private_key(ec.SECP256R1())
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )


def _is_ready(server: ApiServer) -> bool:
    if not server.authority.is_file():
        return False
    try:
        with server.client() as client:
            return client.get("/readyz").is_success
    except (httpx.TransportError, ssl.SSLError):
        return False
