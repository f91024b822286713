"""Throwaway hosts and clients, joined by networks of their own, that end with the process that
made them.

    with Lab() as lab:
        host = lab.host(root_folder, "server")
        access = lab.access(host, "eth1", ["198.51.100.1/24"])
        lease = access.client("alice").dhcp4()
"""

from kit.lab.access import Access
from kit.lab.client import Client, Lease4, Lease6
from kit.lab.host import Host
from kit.lab.lab import Lab
from kit.lab.machine import CommandFailed, Machine

__all__ = ["Access", "Client", "CommandFailed", "Host", "Lab", "Lease4", "Lease6", "Machine"]
