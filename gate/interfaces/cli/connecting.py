"""How a command connects over HTTP: whom it trusts, and what is this very machine."""

import ipaddress
import ssl

import httpx2


def trusted(base: httpx2.URL) -> ssl.SSLContext | bool:
    """Whose certificates are believed."""
    # Reading all trusted authorities takes longer than asking, so it is left out where no certificate will be seen.
    # A context without any trusts nobody.
    return True if base.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
