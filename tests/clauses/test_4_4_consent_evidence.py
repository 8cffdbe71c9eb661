"""§4.4: the evidence of a consent to advertising mail stays as long as a law asks, sealed, also after an erasure."""

from __future__ import annotations

import pytest
from asked import SITE, Browser
from installation import MAIL, NAME, PHONE, second_version

from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.my_data import choices, erasure
from kept.services.staff import activation
from kept.services.third_parties.register import CONSENT, keep_seconds, lines_of, show_register
from kept.services.upkeep.routine import tidy

pytestmark = pytest.mark.anyio
DAY = 86400.0


async def erase(installation, own):
    """Erase a person now."""
    fresh = await installation.session(own.person_id)
    return await erasure.erasure_receipt(installation.engine, await erasure.intend_erasure(installation.engine, fresh))


async def test_it_outlives_the_person_three_years_and_no_longer(installation):
    """§4.4 normal: to what, by which address, when, on which notice; told in the preview and the receipt; then ended."""
    own = await installation.mori()
    (line,) = (await erasure.preview(installation.engine, own.person_id)).register
    assert (line.kind, line.said["agreed"], line.said["address"]) == (CONSENT, "information-for-you", MAIL)
    assert await installation.engine.notices.get(line.said["notice"])
    browser = Browser(installation, at=SITE)
    await browser.sign_in(own)
    assert "to show that you agreed" in (await browser.get("/en/my-data/erase")).text
    installation.wall.pass_(500 * DAY)  # it counts from the erasure: nothing was sent after it
    installation.engine.clock.confirm_leap()
    receipt = await erase(installation, own)
    officer = await installation.staff("kato", ("privacy",))
    (kept,) = await show_register(installation.engine, officer)
    assert (kept.kind, kept.said["address"]) == (CONSENT, MAIL)
    assert kept.until == receipt["register_until_at"]
    assert kept.until - installation.engine.clock.now() == pytest.approx(
        keep_seconds(installation.engine, CONSENT), abs=5
    )
    installation.wall.pass_(keep_seconds(installation.engine, CONSENT) + DAY)
    installation.engine.clock.confirm_leap()
    await tidy(installation.engine)
    assert installation.sql("SELECT COUNT(*) FROM register_entry") == [(0,)]


async def test_a_yes_on_my_data_is_evidence_too_and_a_no_is_none(installation):
    """§4.4 normal: each yes by mail is a line; a no, another channel and a purpose that needs no consent are none."""
    own = await installation.mori()
    for way, allow in ((Exit.MAIL, False), (Exit.PHONE, True), (Exit.MAIL, True)):
        await choices.choose(installation.engine, own, "information-for-you", way, allow=allow)
    lines = [one for one in await lines_of(installation.engine, own.person_id) if one.kind == CONSENT]
    assert [one.said["address"] for one in lines] == [MAIL, MAIL]
    assert ["notice" in one.said for one in lines] == [False, True]


async def test_nothing_beside_it_is_left(installation):
    """§4.4 breach: of what else they gave nothing is in the files, and the line itself is sealed."""
    own = await installation.mori()
    await erase(installation, own)
    await installation.close()
    stored = installation.address.data.read_bytes() + installation.address.keys.read_bytes()
    for needle in (NAME, MAIL, PHONE, PHONE.replace("-", "")):
        assert needle.encode() not in stored
    await installation.open()


async def test_where_the_policy_does_not_promise_it_it_goes_with_the_person(installation):
    """§0.1 breach: no policy, no keeping; a consent given under it leaves nothing after an erasure."""
    second = second_version((b"  - consent-evidence:\n      keep: 3 years\n", b""))
    await activation.propose(installation.engine, second, by="test")
    await activation.activate(installation.engine, await installation.staff("ume", ("privacy",)), 2)
    own = await installation.mori()
    assert (await erasure.preview(installation.engine, own.person_id)).register == ()
    assert (await erase(installation, own))["register_until_at"] is None


async def test_the_page_of_the_copy(installation):
    """§4.4 page: the person sees it in both languages before they erase."""
    own = await installation.mori()
    browser = Browser(installation, at=SITE)
    browser.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, own.person_id)
    assert "広告メールへの同意" in (await browser.get("/ja/my-data/erase")).text
