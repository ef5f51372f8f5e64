"""Identifies clients: by their names, by the classes that their keys prove, and by their addresses."""

from gateway.clients.client_address import ClientAddresses
from gateway.clients.client_class import ClientClass
from gateway.clients.identification import ClientIdentity, CustomerOf, Identification

__all__ = ["ClientAddresses", "ClientClass", "ClientIdentity", "CustomerOf", "Identification"]
