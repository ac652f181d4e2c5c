"""What a deliverable is, told by its name: the data does not say it, and two freezes bind libraries only."""

import re
from functools import cache
from typing import Final, Literal

Nature = Literal["library", "client-library", "other"]

_LIBRARY: Final = re.compile(
    r"""
      oslo.* | .*-lib | automaton | castellan | ceilometermiddleware | cliff | cursive | debtcollector
    | django.openstack.auth.* | etcd3gw | futurist | glance-store | heat-translator | keystoneauth
    | keystonemiddleware | kuryr | ldappool | metalsmith | microversion-parse | monasca-(common|statsd) | mox3
    | murano-pkg-check | openstacksdk | osprofiler? | ovsdbapp | pbr | pycadf | pylockfile
    | os-(acc|api-ref|brick|client-config|ken|resource-classes|service-types|testr|traits|vif|win)
    | python-(cliff|mox3|openstacksdk|stevedore|tooz) | requestsexceptions | shade | sqlalchemy-migrate
    | stevedore | sushy | taskflow | tooz | tosca-parser | validations-libs | yaql
    """,
    re.VERBOSE,
)
_CLIENT: Final = re.compile(r"python-.*client(-.*)?|openstackclient|osc-placement")


@cache
def nature_of(deliverable: str) -> Nature:
    """Library, client library, or anything else: services, dashboards, plugins, roles, documents."""
    if _LIBRARY.fullmatch(deliverable):
        return "library"
    return "client-library" if _CLIENT.fullmatch(deliverable) else "other"
