"""The paper an authority's request came on: kept sealed, beside the request, so that whoever approves reads it themselves."""

from __future__ import annotations

from kept import limits
from kept.crypto.digest import sha256
from kept.errors import ConflictError, EvidenceError, InputError
from kept.services.authorities.disclosure_record import GROUND
from kept.services.engine.engine import Engine
from kept.services.engine.sealed_record import open_installation_record, seal_installation_record
from kept.store import sql
from kept.store.interface import Transaction

KIND = "disclosure-paper"
BEGINNINGS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
"""What a paper may be, by how it begins."""


async def put_paper(engine: Engine, disclosure_id: str, unverified: bytes) -> None:
    """Keep the paper of a request, sealed; another one replaces it while the scope is not fixed.

    Args:
        engine: Open.
        disclosure_id: Of a request whose scope is not fixed yet.
        unverified: The file as it came.

    Raises:
        InputError: It is no PDF, PNG or JPEG, or too large.
        ConflictError: The scope was fixed meanwhile.
    """
    media_type_of(unverified)
    if len(unverified) > limits.AUTHORITY_PAPER_BYTES:
        raise InputError(
            f"expected a paper of at most {limits.AUTHORITY_PAPER_BYTES} bytes, found {len(unverified)}",
            reason="paper-size",
            hint="scan it in grey, at 150 dots an inch",
            rests_on=GROUND,
        )
    sealed, at = seal_installation_record(engine, KIND, disclosure_id, unverified), engine.ready()

    async def body(tx: Transaction) -> None:
        if not await tx.run("disclosure_paper_hash", disclosure_id=disclosure_id, paper_hash=sha256(unverified).hex()):
            raise ConflictError("the request was fixed in another window", reason="disclosure-fixed", rests_on=GROUND)
        await tx.run(
            "disclosure_paper_put",
            disclosure_id=disclosure_id,
            sealed=sealed,
            until=at + limits.AUTHORITY_PAPER_SECONDS,
        )

    await engine.data.write(body)


async def open_paper(engine: Engine, disclosure_id: str, paper_hash: str) -> bytes:
    """Return the paper of a request.

    Args:
        engine: Open.
        disclosure_id: The request's.
        paper_hash: What was fixed with its scope, hex.

    Raises:
        InputError: It has none, or its day has come.
        EvidenceError: It is not the one that was put there.
    """
    sealed = await engine.data.value(sql.DisclosurePaperGet, disclosure_id=disclosure_id)
    if sealed is None:
        raise InputError("expected the paper of the request, found none", reason="paper-missing", rests_on=GROUND)
    paper = open_installation_record(engine, KIND, disclosure_id, sealed)
    if sha256(paper).hex() != paper_hash:
        raise EvidenceError(
            "expected the paper that was put beside the request, found another",
            reason="disclosure-scope",
            hint="a row was changed past Kept: run `kept verify`, then record the request anew",
            rests_on=GROUND,
        )
    return paper


async def end_papers(engine: Engine) -> int:
    """Destroy papers whose day has come; return how many."""
    return await engine.data.write(lambda tx: tx.run("disclosure_papers_end", at=engine.clock.now()))


def media_type_of(paper: bytes) -> str:
    """Return the media type of a paper.

    Raises:
        InputError: It is none of those that are taken.
    """
    for begins, media_type in BEGINNINGS.items():
        if paper.startswith(begins):
            return media_type
    raise InputError("expected the paper as PDF, PNG or JPEG, found another file", reason="paper-type", rests_on=GROUND)
