"""Identifies clients: by the name that a client gives itself, and by the class that its key proves."""

from gateway.clients.client_class import ClientClass
from gateway.clients.identification import ClientIdentity, Identification

__all__ = ["ClientClass", "ClientIdentity", "Identification"]
