"""The demo's campaigns: drafted, approved by another, sent over real SMTP to the demo's mailbox; and one that waits."""

from __future__ import annotations

from kept.demo.second import read_and_approve
from kept.services.campaigns import campaigns, candidates, outcomes
from kept.services.engine.engine import Engine
from kept.services.messages.outbox import send_due
from kept.services.staff import sessions

AUTUMN = """id: autumn-light
purpose: information-for-you
title:
  en: "Autumn light, chosen for you"
  ja: "秋の光をお届けします"
text:
  en:
    - "Dear {name},"
    - "You told us that you like landscapes and the seasons. Forty new pictures of autumn light are in the library."
    - "Nothing in this message tells us whether you read it."
  ja:
    - "{name} 様"
    - "風景や季節の写真がお好きとうかがいました。秋の光をとらえた新しい写真が四十点、写真庫に加わりました。"
    - "このメールを開いたかどうかが当社に伝わることはありません。"
channels:
  - mail
to:
  interests:
    - landscape
    - seasons
"""
SEARCH = """id: search-by-colour
purpose: announcements
title:
  en: "New: search by colour"
  ja: "色で探せるようになりました"
text:
  en:
    - "From today you can search the library by colour."
  ja:
    - "本日より、色から写真を探せるようになりました。"
channels:
  - mail
"""
CITY = """id: night-city
purpose: information-for-you
title:
  en: "Cities at night"
  ja: "夜の街"
text:
  en:
    - "Dear {name},"
    - "New pictures of cities at night are in the library."
  ja:
    - "{name} 様"
    - "夜の街をとらえた新しい写真が加わりました。"
channels:
  - mail
to:
  interests:
    - city
"""


async def invent_campaign(engine: Engine) -> None:
    """Send two campaigns and count what became of them; count who a third is for, and leave it to its second approver.

    Args:
        engine: Open, with a channel for mail.
    """
    asks = await sessions.session_of(engine, await sessions.start_demo_session(engine, "ume"))
    approves = await sessions.session_of(engine, await sessions.start_demo_session(engine, "kato"))
    if asks is None or approves is None:
        raise RuntimeError("a session just started was not found")
    for file in (SEARCH, AUTUMN):
        made = await campaigns.draft(engine, asks, file)
        await candidates.ask(engine, asks, made.id)
        await read_and_approve(engine, approves, candidates.SENDING, made.id)
        await send_due(engine)
        await outcomes.count_outcome(engine, asks, made.id)
    waits = await campaigns.draft(engine, asks, CITY)
    await candidates.preview(engine, asks, waits.id)
    await candidates.ask(engine, asks, waits.id)
