"""§1.1: whatever can identify somebody is in a closed catalogue; the Individual Number is never collected."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from asked import Browser
from cited import cited
from installation import PASSWORD

from kept.crypto.token import token_bytes
from kept.errors import DeniedError, SignInError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.accounts import accounts, devices
from kept.services.accounts.remember_me import devices_of, remember, sign_in_remembered
from kept.services.cases import cases
from kept.services.my_data.corrections import correct
from kept.services.my_data.own_data import own_data
from kept.services.my_data.portability import take_along

pytestmark = pytest.mark.anyio
INDIVIDUAL_NUMBER = "123456789018"  # twelve digits with a right check digit, nobody's


async def test_declared_items_are_stored_as_what_they_are(installation):
    """§1.1 normal: a declared item is stored and shown to its owner under its own name."""
    own = await installation.mori()
    held = {one.slot: one.value for one in (await own_data(installation.engine, own)).held}
    assert set(held) == {"name", "mail_address", "phone", "interests"}
    assert (await promise_board(installation.engine)).of("1.1").state is ClauseState.KEPT


@pytest.mark.parametrize("text", [INDIVIDUAL_NUMBER, "マイナンバー １２３４ ５６７８ ９０１８", "1234-5678-9018"])
async def test_an_individual_number_is_refused_in_a_free_field(installation, text):
    """§1.1 breach: an Individual Number in a name is refused with the clause, and nothing is taken."""
    own = await installation.join()
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [("name", text)])
    assert (cited(refused.value), refused.value.reason) == ("§1.1", "individual-number")
    said = await installation.newest()
    assert (said.act, said.outcome, said.clause) == ("system:submission:refuse", "refused", "1.1")
    mine = await own_data(installation.engine, own)
    assert mine.held == ()
    assert "system:submission:refuse" in [line.account.act for line in mine.history.lines]


async def test_what_we_made_for_a_person_is_theirs_to_see(installation):
    """§1.1: login name, number and devices point to a person too: they stand on my data, for a program, and in the copy."""
    browser = Browser(installation)
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    await browser.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD, remember="yes")
    own = await installation.session(issued.person_id)
    known = (await own_data(installation.engine, own)).known_by
    assert (known.login_name, known.number) == (issued.login_name, issued.person_id.hex())
    assert (len(known.sessions), len(known.devices), known.recovery_codes) == (2, 1, len(issued.recovery_codes))
    for language, says in (("en", "You gave us nothing"), ("ja", "いただいた情報はありません")):
        page = (await browser.get(f"/{language}/my-data")).text
        assert all(one in page for one in (issued.login_name, issued.person_id.hex(), says))
    with zipfile.ZipFile(io.BytesIO(await take_along(installation.engine, own, "en"))) as packed:
        copied = json.loads(packed.read("data.json"))["known_by"]
        assert issued.login_name in packed.read("readable.html").decode()
    assert (copied["login_name"], copied["number"]) == (issued.login_name, issued.person_id.hex())
    assert [one["number"] for one in copied["devices"]] == [known.devices[0].series]


async def test_no_cookie_carries_a_number_of_the_person(installation):
    """§1.1 breach: of three sign-ins no two cookies agree, and none holds the person's number, the device's or the name."""
    issued = await accounts.join_with_password(installation.engine, PASSWORD, "en")
    browser, seen = Browser(installation), []
    for _ in range(3):
        browser.cookies.pop("__Host-kept_session", None)  # it was over
        await browser.post("/en/sign-in", login_name=issued.login_name, password=PASSWORD, remember="yes")
        seen.append({name: one for name, one in browser.cookies.items() if "choices" not in name})
    assert {len(one) for one in seen} == {3}
    remembered = {
        device.series for device in await devices_of(installation.engine, await installation.session(issued.person_id))
    }
    texts = [one for cookies in seen for one in cookies.values()]
    assert len(set(texts)) == len(texts)
    raws = [token_bytes(one) for one in texts]
    for raw in raws:
        assert issued.person_id not in raw
        assert issued.login_name.encode() not in raw
        assert not any(bytes.fromhex(one) in raw for one in remembered)
    runs = [raw[at : at + 6] for raw in raws for at in range(len(raw) - 5)]
    assert len(set(runs)) == len(runs)  # not even six bytes are the same anywhere


async def test_a_mark_of_one_use_is_none_of_another(installation):
    """§3.6 breach: a device's cookie opens no session, a remembered device's neither, and a changed one is nobody's."""
    own = await installation.mori()
    engine = installation.engine
    session = await accounts.start_session(engine, own.person_id)
    assert await accounts.session_of(engine, session) is not None
    remembered = await remember(engine, own.person_id)
    for other in (remembered, devices.new_device(engine, "heron"), session[:-2] + "AA", session[:20], "", "é"):
        assert await accounts.session_of(engine, other) is None
    with pytest.raises(SignInError):
        await sign_in_remembered(engine, session)


async def test_the_declared_individual_number_has_no_field(installation):
    """§1.1 breach: the item is declared as never collected, and a form that posts it is refused."""
    own = await installation.join()
    assert not installation.engine.policy.policy.items["individual_number"].collected
    with pytest.raises(SubmissionError) as refused:
        await installation.give(own, [("individual_number", "1")])
    assert refused.value.reason == "field-undeclared"


@pytest.mark.parametrize(
    "typed", ["Ms Mori is a fraud <b>x</b> mori@example.jp", "a" * 5000, "name#" + "x" * 500, "名前"]
)
async def test_what_is_no_item_is_recorded_as_that_and_never_as_it_was_typed(installation, typed):
    """§1.1 breach: a member of staff who asks for a text instead of an item writes nothing into anybody's record."""
    await installation.mori()
    session = await installation.staff()
    case = await installation.case(session)
    with pytest.raises(DeniedError):
        await cases.open_item(installation.engine, session, case.id, typed)
    newest = await installation.newest()
    assert [one.item for one in newest.refused] == ["undeclared"]
    assert typed not in repr(newest)


async def test_a_correction_that_is_refused_is_evidence_too(installation):
    """§1.1 breach: an Individual Number typed as a correction is refused, and that stands in the ledger under the clause."""
    own = await installation.mori()
    with pytest.raises(SubmissionError) as refused:
        await correct(installation.engine, own, "name", "番号は123456789018です", expected_version=1)
    assert cited(refused.value) == "§1.1"
    said = await installation.newest()
    assert (said.act, said.clause, dict(said.facts)["reason"]) == (
        "system:submission:refuse",
        "1.1",
        "individual-number",
    )
