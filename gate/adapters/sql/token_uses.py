"""What identity tokens are bound to: rows, and the transactions that bind them once."""

from gate.adapters.sql import statements as sql
from gate.adapters.sql.database import Database
from gate.adapters.sql.prepared import Session
from gate.domain.token_use import TokenUse


def write_use(session: Session, database: Database, use: TokenUse, at_ns: int) -> TokenUse:
    """Bind a token by its key, which one of all that try at once can insert; the others see what it was bound to."""
    session.execute(sql.FORGET_TOKEN_USES, {"at_ns": at_ns})
    if session.execute(database.upserts.use_token, use.model_dump()).scalar_one_or_none() is not None:
        return use
    row = session.execute(sql.TOKEN_USE, {"token": use.token}).one_or_none()
    if row is None:
        # Forgotten between the two statements, as long after it expired: it is bound to nothing that anybody wants.
        return TokenUse(token=use.token, kept_until_ns=at_ns)
    return TokenUse.model_validate(row)
