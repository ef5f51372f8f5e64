"""Starts and stops a server, in one process or in several that share a socket."""

from gateway.http.server.lifecycle.config import OnLoad, ServerConfig, StopTimes
from gateway.http.server.lifecycle.run import configured, configured_by, listen, run
from gateway.http.server.lifecycle.server import Server

__all__ = ["OnLoad", "Server", "ServerConfig", "StopTimes", "configured", "configured_by", "listen", "run"]
