"""Other parties in the register: asked for by one, confirmed by another, a day ago; and the paper of an authority's request."""

from __future__ import annotations

from dataclasses import replace

from second import read_and_approve

from kept.services.staff import parties, sessions
from kept.services.staff.parties import PartyKind

DAY = 86400.0
ASKS, CONFIRMS = "party-asks", "party-confirms"
COURT = "invented-court"
COURT_TITLE = "Invented District Court"
CLUB_TITLE = "Picture Club (example)"
"""What the sample policy calls its recipient."""
PAPER = b"%PDF-1.4\n% an order of an invented court\n"


def title_of(installation, kind, name):
    """A recipient is called what the policy calls it, anybody else as the court is."""
    declared = installation.engine.policy.policy.recipients.get(name) if kind == "recipient" else None
    return next(iter(declared.names.values())) if declared else COURT_TITLE


async def clerk(installation, login):
    """Somebody who asks for parties, or confirms them."""
    if not installation.sql("SELECT login FROM staff WHERE login = ?", login):
        roles = ("partners", "legal", "privacy") if login == ASKS else ("privacy",)
        await installation.staff(login, roles)
    return await sessions.session_of(installation.engine, await sessions.start_demo_session(installation.engine, login))


async def asked(installation, kind, name, public, **texts):
    """A party somebody asked for, a recipient under the name the policy gives it; return the change."""
    said = {
        "title": title_of(installation, kind, name),
        "address": "1 Invented-cho, Kyoto",
        "representative": "R. Invented",
        **texts,
    }
    party = parties.new_party(PartyKind(kind), name, **said, public_key=public)
    await parties.ask_party(installation.engine, await clerk(installation, ASKS), party)
    return party


async def registered(installation, kind, name, public, **texts):
    """A party in effect."""
    party = await asked(installation, kind, name, public, **texts)
    await read_and_approve(parties.CONFIRMING, installation.engine, await clerk(installation, CONFIRMS), party.id)
    installation.wall.pass_(DAY + 1)
    return party


async def long_registered(installation, kind, name, public):
    """A party in effect, as if two had seen to it long ago: nothing waits and nothing is recorded."""
    engine, at = installation.engine, 1.0
    said = {
        "title": title_of(installation, kind, name),
        "address": "1 Invented-cho, Kyoto",
        "representative": "R. Invented",
    }
    party = replace(
        parties.new_party(PartyKind(kind), name, **said, public_key=public), asked_by="a", confirmed_by="b", from_at=at
    )

    async def body(tx):
        row = {"party_id": party.id, "seal": parties._seal(engine, party)}
        await tx.run(
            "party_insert",
            **row,
            kind=kind,
            name=name,
            **said,
            public_key=public,
            asked_by="a",
            asked_at=at,
            approval_id="",
        )
        await tx.run("party_confirm", **row, confirmed_by="b", from_at=at)

    await engine.data.write(body)
