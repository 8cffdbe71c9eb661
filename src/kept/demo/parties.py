"""The invented other parties: a club that receives, friends who give, a court that asks; each registered by two."""

from __future__ import annotations

from kept import limits
from kept.crypto.sealed_to import OpeningKey
from kept.demo.clock import MovedClock
from kept.demo.second import read_and_approve
from kept.services.engine.engine import Engine
from kept.services.staff import parties, sessions
from kept.services.staff.parties import PartyKind

CLUB, PARTNER, COURT = "picture-club", "photo-friends", "invented-court"
PAPER = b"%PDF-1.4\n% An invented order of an invented court: it names nobody who exists.\n%%EOF\n"
"""The paper the invented court's request came on."""


async def register_parties(engine: Engine, clock: MovedClock, partner_key: bytes) -> None:
    """Register them, and let the day pass after which they count.

    Args:
        engine: Open, with staff.
        clock: Moved.
        partner_key: Public half of what the invented partner signs with; nobody has the private keys of the other two.
    """
    asked = (
        ("abe", PartyKind.RECIPIENT, CLUB, "Picture Club (example)", "2-1 Invented-cho, Kyoto", "Rin Tachibana"),
        ("kato", PartyKind.PARTNER, PARTNER, "Photo Friends (example)", "5-6 Invented-cho, Osaka", "Sora Nishimura"),
        ("hara", PartyKind.AUTHORITY, COURT, "Invented District Court", "1 Invented-cho, Kyoto", ""),
    )
    approves = await sessions.session_of(engine, await sessions.start_demo_session(engine, "ono"))
    for login, kind, name, title, address, representative in asked:
        asks = await sessions.session_of(engine, await sessions.start_demo_session(engine, login))
        if asks is None or approves is None:
            return
        key = partner_key if kind is PartyKind.PARTNER else OpeningKey.new().public
        texts = {"title": title, "address": address, "representative": representative}
        await parties.ask_party(engine, asks, one := parties.new_party(kind, name, **texts, public_key=key))
        await read_and_approve(engine, approves, parties.CONFIRMING, one.id)
    clock.time += limits.PARTY_WAIT_SECONDS + 60
