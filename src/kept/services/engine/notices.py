"""Notices as stored, each held against the id that values remember, then kept in memory: they cannot change."""

from __future__ import annotations

from kept import limits
from kept.errors import MalformedError
from kept.policy.notice import Notice, parse_notice
from kept.policy.person import PersonState
from kept.store import sql
from kept.store.interface import Store, Transaction


class Notices:
    """Reads notices.

    Args:
        data: Database D.
    """

    def __init__(self, data: Store) -> None:
        self._data = data
        self._known: dict[str, Notice] = {}

    async def get(self, notice_id: str) -> Notice | None:
        """Return a notice, or None when it is missing or not what its id says (which then denies)."""
        known = self._known.get(notice_id)
        if known is not None:
            return known
        stored = await self._data.value(sql.NoticeGet, notice_id=notice_id)
        if stored is None:
            return None
        try:
            notice = parse_notice(stored, notice_id)
        except MalformedError:
            return None
        if len(self._known) >= limits.NOTICES_HELD:
            self._known.clear()
        self._known[notice_id] = notice
        return notice

    async def of_person(self, state: PersonState) -> dict[str, Notice]:
        """Return every notice a person's values and grants answer to, as far as they are sound."""
        wanted = {slot.notice_id for slot in state.slots.values()}
        wanted.update(notice_id for slot in state.slots.values() for _, notice_id in slot.accepted)
        wanted.update(grant.notice_id for grant in state.grants)
        wanted.update(word.notice_id for word in state.stated)
        wanted.discard("")
        found = {}
        for notice_id in wanted:
            notice = await self.get(notice_id)
            if notice is not None:
                found[notice_id] = notice
        return found

    async def keep(self, tx: Transaction, notice: Notice) -> str:
        """Store a notice within *tx* and return its id."""
        encoded = notice.encode()
        notice_id = notice.id
        await tx.run("notice_put", notice_id=notice_id, body=encoded)
        return notice_id
