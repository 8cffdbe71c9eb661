"""Attacks on forms: the notice token, the fields, the characters."""

from __future__ import annotations

import asyncio
import base64

import pytest
from cited import cited
from installation import second_version

from kept.errors import ConflictError, InputError, KeptError, MalformedError, SubmissionError
from kept.services.forms.collection import submit
from kept.services.my_data.choices import choose
from kept.services.my_data.corrections import correct
from kept.services.my_data.own_data import own_data
from kept.services.staff.activation import activate, propose

pytestmark = pytest.mark.anyio
FIELDS = [("phone", "090-1234-5678")]


async def _nothing_held(installation, own):
    return not (await own_data(installation.engine, own)).held


async def test_a_forged_notice_token_is_refused(installation):
    """One changed bit anywhere in the token refuses the form."""
    own = await installation.join()
    token = (await installation.form(own=own)).token
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in (0, 31, 33, 39, 41, len(raw) - 1):
        forged = base64.urlsafe_b64encode(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]).decode().rstrip("=")
        with pytest.raises(MalformedError) as refused:
            await installation.give(own, FIELDS, token=forged)
        assert (refused.value.reason, cited(refused.value)) == ("token-forged", "§2.1")
    assert await _nothing_held(installation, own)


async def test_a_notice_token_is_good_once(installation):
    """The same form sent again is refused and recorded; a yes withdrawn meanwhile does not come back with it."""
    own = await installation.join()
    token = (await installation.form(own=own)).token
    tick = [("choice", "information-for-you/mail/")]
    await installation.give(own, tick, token=token)
    await choose(installation.engine, own, "information-for-you", None, allow=False)
    with pytest.raises(ConflictError) as refused:
        await installation.give(own, tick, token=token)
    assert (refused.value.reason, cited(refused.value)) == ("token-used", "§2.1")
    said = await installation.newest()
    assert (said.act, dict(said.facts)["reason"]) == ("system:submission:refuse", "token-used")
    switch = next(
        one for one in (await own_data(installation.engine, own)).switches if one.purpose.id == "information-for-you"
    )
    assert switch.withdrawn


async def test_what_was_given_is_not_overwritten_by_a_replay(installation):
    """A form sent again with another value leaves the first value, version 1."""
    own = await installation.join()
    token = (await installation.form(own=own)).token
    await installation.give(own, FIELDS, token=token)
    with pytest.raises(InputError):
        await installation.give(own, [("phone", "03-1111-2222")], token=token)
    (held,) = (await own_data(installation.engine, own)).held
    assert (held.value, held.version) == ("090-1234-5678", 1)


async def test_a_replay_inside_the_same_moment_is_refused_too(installation):
    """One form sent four times at once: exactly one is taken."""
    own = await installation.join()
    token = (await installation.form(own=own)).token
    sent = (installation.give(own, [("choice", "announcements/mail/")], token=token) for _ in range(4))
    done = await asyncio.gather(*sent, return_exceptions=True)
    assert [one.reason for one in done if isinstance(one, KeptError)] == ["token-used"] * 3


async def test_an_expired_notice_token_is_refused(installation):
    """A form left open for more than two hours is refused and says to open it again."""
    own = await installation.join()
    token = (await installation.form(own=own)).token
    installation.wall.pass_(2 * 3600 + 1)
    with pytest.raises(MalformedError) as refused:
        await installation.give(own, FIELDS, token=token)
    assert (refused.value.reason, cited(refused.value)) == ("token-expired", "§2.1")


async def test_a_notice_token_of_another_language_is_refused(installation):
    """Who read Japanese is not taken to have read English."""
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, FIELDS, token=(await installation.form("ja", own)).token, language="en")
    assert (refused.value.reason, cited(refused.value)) == ("token-other-form", "§2.1")


async def test_a_notice_token_of_another_point_is_refused(installation):
    """The registration's notice does not take a questionnaire."""
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await submit(
            installation.engine, own, point="questionnaire", stage="", language="en",
            unverified_token=(await installation.form(own=own)).token, fields=[("answer", "x")],
        )  # fmt: skip
    assert refused.value.reason == "token-other-form"


async def test_a_notice_token_of_another_version_is_refused(installation):
    """A form opened before a new version was activated is refused: the reader saw the old notice."""
    own = await installation.join()
    officer = await installation.staff("ueda", ("privacy",))
    token = (await installation.form(own=own)).token
    await propose(installation.engine, second_version(), by="test")
    await activate(installation.engine, officer, 2)
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, FIELDS, token=token)
    assert (refused.value.reason, cited(refused.value)) == ("token-other-version", "§2.1")
    assert await _nothing_held(installation, own)


@pytest.mark.parametrize(
    "fields",
    [
        [*FIELDS, ("undeclared", "x")],
        [*FIELDS, ("member_number", "M-1")],
        [*FIELDS, ("phone", "03-1111-2222")],
        [*FIELDS, ("choice", "contact/mail/")],
        [("interests", "none of the options")],
        [("", "x")],
        [("phone", "090-1234-5678")] * 300,
    ],
)
async def test_an_undeclared_doubled_or_extra_field_takes_nothing(installation, fields):
    """One field the form does not declare, or one too many, refuses the whole form and is recorded."""
    own = await installation.join()
    with pytest.raises(SubmissionError):
        await installation.give(own, fields)
    assert await _nothing_held(installation, own)
    assert any(one.act == "system:submission:refuse" for one in await installation.ledger())


@pytest.mark.parametrize("field", ["name", "mail_address", "phone", "postal_address", "date_of_birth", "interests"])
async def test_a_field_of_ten_megabytes_is_refused(installation, field):
    """10 MB in any field is refused at once, with our error and without echoing it."""
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [(field, "あ" * 3_500_000)])
    assert len(str(refused.value)) < 400
    assert await _nothing_held(installation, own)


@pytest.mark.parametrize(
    "text", ["Mori\x00Hanako", "\u202egnp.Mori", "Mori\u2066Hanako", "a\u0301" * 5000, "\x1b[31mMori"]
)
async def test_control_direction_and_endless_combining_characters_are_refused(installation, text):
    """NUL, direction overrides, escapes, line breaks and piled-up marks never enter a name."""
    own = await installation.join()
    with pytest.raises(SubmissionError):
        await installation.give(own, [("name", text)])
    assert await _nothing_held(installation, own)


async def test_full_width_and_combining_spellings_are_one_value(installation):
    """A full-width address and a decomposed name are stored in their usual form."""
    own = await installation.join()
    await installation.give(own, [("mail_address", "ＭＯＲＩ＠ｅｘａｍｐｌｅ．ｊｐ"), ("name", "ヤマタ\u3099 ハナコ")])
    held = {one.slot: one.value for one in (await own_data(installation.engine, own)).held}
    assert held["mail_address"].lower() == "mori@example.jp"
    assert held["name"] == "ヤマダ ハナコ"


async def test_two_browsers_correcting_one_value(installation):
    """The second browser's correction names an older version and is refused; the first stays, with its history."""
    own = await installation.mori()
    await correct(installation.engine, own, "name", "Hanako Aoki", expected_version=1)
    with pytest.raises(ConflictError):
        await correct(installation.engine, own, "name", "Hanako Baba", expected_version=1)
    name = next(one for one in (await own_data(installation.engine, own)).held if one.slot == "name")
    assert (name.value, name.version, len(name.earlier)) == ("Hanako Aoki", 2, 1)


@pytest.mark.parametrize("language", ["fr", "", "en\x00", "../ja"])
async def test_a_language_the_policy_does_not_speak_is_refused(installation, language):
    """A form in a language without a complete notice does not exist."""
    with pytest.raises(InputError):
        await installation.form(language)
