"""Pipelines of two forges: what their identity tokens say, and the robots that the house's policy binds them to.

identity = an_identity(repository_id="75")        # another repository of the same name
policy = a_policy({"robots.yaml": [a_robot()]})
"""

from collections.abc import Mapping
from typing import Any, Final

from gate.domain.identity import Identity
from tests.builders import AT_NS, COMMIT, MINUTE

GITHUB: Final = "https://token.actions.githubusercontent.com"
GITLAB: Final = "https://gitlab.house.test"
AUDIENCE: Final = "https://gate.house.test"

GITHUB_CLAIMS: Final[Mapping[str, str]] = {
    "sub": "repo:house/payments:environment:production",
    "repository": "house/payments",
    "repository_id": "74",
    "repository_owner": "house",
    "repository_owner_id": "65",
    "actor": "maria",
    "actor_id": "12",
    "environment": "production",
    "ref": "refs/heads/main",
    "run_id": "8412345678",
    "run_attempt": "1",
    "sha": COMMIT,
    "event_name": "push",
}
"""As GitHub's "OpenID Connect reference" lists them."""
GITLAB_CLAIMS: Final[Mapping[str, Any]] = {
    "sub": "project_path:house/payments:ref_type:branch:ref:main",
    "project_id": "20",
    "project_path": "house/payments",
    "namespace_id": "72",
    "user_login": "maria",
    "user_id": "1",
    "pipeline_id": "574",
    "job_id": "302",
    "ref": "main",
    "ref_protected": "true",
    "environment": "production",
    "runner_id": 1,
    "sha": COMMIT,
    "groups_direct": ["house"],
}
"""As GitLab's "OpenID Connect (OIDC) Authentication Using ID Tokens" lists them."""


def an_identity(issuer: str = GITHUB, jti: str = "t-1", **claims: str | None) -> Identity:
    """A run of the payments pipeline on GitHub that holds for five minutes; a claim that is None is not made."""
    said = {name: value for name, value in {**GITHUB_CLAIMS, **claims}.items() if value is not None}
    return Identity(issuer=issuer, jti=jti, expires_at_ns=AT_NS + 5 * MINUTE, claims=said)


def a_robot(**fields: Any) -> dict[str, Any]:
    """The document that binds that pipeline to payments."""
    usual = {
        "kind": "Robot",
        "name": "payments-pipeline",
        "issuer": GITHUB,
        "claims": {"repository_id": "74", "repository_owner_id": "65"},
        "services": ["payments"],
        "environments": ["staging", "production"],
    }
    return usual | fields
