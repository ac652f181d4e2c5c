"""API tokens to rows and back, and the transactions that make and revoke them, each with the record of it."""

import json

from gate.adapters.sql import statements as sql
from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.rows import Values, record_rows
from gate.domain.access import Token
from gate.domain.record import Record

_LISTS = ("permissions", "services", "environments")


def write_token(session: Session, token: Token, record: Record) -> None:
    """Keep a new token."""
    session.execute(sql.NEW_TOKEN, _token_row(token))
    session.execute(sql.NEW_RECORD, record_rows([record]))


def write_revocation(session: Session, token_id: str, at_ns: int, record: Record) -> bool:
    """Revoke a token; whether there is one. One that is revoked already stays as it is, and nothing is written."""
    revoked = session.execute(sql.REVOKE_TOKEN, {"token": token_id, "at_ns": at_ns}).scalar_one_or_none()
    if revoked is None:
        return session.execute(sql.TOKEN_IS_THERE, {"token": token_id}).scalar_one_or_none() is not None
    session.execute(sql.NEW_RECORD, record_rows([record]))
    return True


def token_of(row: Row) -> Token:
    """A token as it is kept."""
    return Token.model_validate(dict(row) | {name: json.loads(row[name]) for name in _LISTS})


def _token_row(token: Token) -> Values:
    return token.model_dump() | {name: json.dumps(getattr(token, name)) for name in _LISTS}
