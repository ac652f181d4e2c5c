"""Where the gate listens. Whether it may listen where others reach it, `serve` says."""

import ipaddress
import socket

from gate.domain.errors import CallerError, WorldError


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to an address of this machine; port 0 takes a free one. CallerError, WorldError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CallerError(f"{host!r} is no address: {error.strerror}", field="host") from error
    taken = socket.socket(family, kind, protocol)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise WorldError(
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="Is another gate running there? Choose another port with --port, or 0 for a free one.",
        ) from error
    return taken


def is_private(taken: socket.socket) -> bool:
    """Whether only this machine can reach it."""
    return ipaddress.ip_address(taken.getsockname()[0]).is_loopback


def url_of(taken: socket.socket) -> str:
    """Where it can be asked."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}" if taken.family is socket.AF_INET6 else f"http://{host}:{port}"
