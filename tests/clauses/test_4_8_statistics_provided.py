"""§4.8: statistics that cannot identify anyone may be provided: released by two, with a sheet, to a recorded recipient."""

from __future__ import annotations

import csv
import io
import json
import sqlite3

import pytest
from asked import CONSOLE, Browser
from cited import cited
from counted import StatisticsDesk, no_noise, person
from installation import POLICY, Installation, second_version
from second import read_and_approve

from kept.errors import ConflictError, DeniedError, InputError, KeptError
from kept.guarantees import released_statistics_only
from kept.guarantees.board import promise_board
from kept.policy.words import ClauseState
from kept.services.figures import exports, queries, releases
from kept.services.staff import sessions
from kept.services.upkeep.verification import verify_installation
from kept.store.copying import copy_together

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(installation):
    """A researcher and an approver, with a data set of three people."""
    one = await StatisticsDesk.of(installation)
    for job in ("student", "student", "teacher"):
        await person(installation, occupation=job)
    await one.build()
    return one


async def export(installation, desk, statistic_id, form="csv", recipient="press"):
    """Export, as the researcher."""
    return await exports.export(installation.engine, desk.researcher, statistic_id, form, recipient, "en")


async def test_released_figures_leave_with_their_sheet_to_a_recorded_recipient(installation, desk):
    """§4.8: asked, approved by another, exported; the entry names recipient and form, and no figure."""
    found = await desk.ask("occupation", precision="finest")
    await desk.release(found.id)
    content = await export(installation, desk, found.id)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["Occupation", "Figure", "Give or take", "Shown"]
    assert [row[0] for row in rows[1:8]][:2] == ["Designer", "Publisher or editor"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert "Why nobody can be singled out" in content.decode()
    newest = await installation.newest()
    assert (newest.act, newest.clause, newest.outcome) == ("staff:statistic:export", "4.8", "done")
    assert dict(newest.facts) == {
        "question": found.id, "data-set": "customers", "recipient": "press", "form": "csv",
    }  # fmt: skip
    document = json.loads(await export(installation, desk, found.id, "json", "picture-club"))
    assert len(document["cells"]) == 7
    assert {"en", "ja"} == set(document["sheet"])


async def test_what_is_not_released_does_not_leave(installation, desk):
    """§4.8 breach: an answer, asked for or not, is refused with the clause, and the refusal is recorded."""
    found = await desk.ask("occupation")
    for step in (None, releases.ask_release):
        if step:
            await step(installation.engine, desk.researcher, found.id)
        with pytest.raises(DeniedError) as refused:
            await export(installation, desk, found.id)
        assert (cited(refused.value), refused.value.reason) == ("§4.8", "not-released")
        newest = await installation.newest()
        assert (newest.act, newest.outcome, newest.clause) == ("staff:statistic:export", "refused", "4.8")
        assert refused.value.entry_id
    with pytest.raises(InputError):
        await releases.released_one(installation.engine, str(found.number))


async def test_four_eyes(installation, desk):
    """§4.8 breach: who asked cannot approve, nobody approves twice, nothing is released unasked."""
    found = await desk.ask("occupation")
    both = await installation.staff("both", ("research", "privacy"))
    with pytest.raises(ConflictError):
        await read_and_approve(releases.RELEASE, installation.engine, desk.approver, found.id)
    await releases.ask_release(installation.engine, both, found.id)
    for who in (both, desk.researcher):
        with pytest.raises(DeniedError) as refused:
            await read_and_approve(releases.RELEASE, installation.engine, who, found.id)
        assert cited(refused.value) == "§5.2"
    with pytest.raises(ConflictError):
        await releases.ask_release(installation.engine, both, found.id)
    await read_and_approve(releases.RELEASE, installation.engine, desk.approver, found.id)
    assert (await queries.statistic_of(installation.engine, found.id)).status == "released"


async def test_a_kill_leaves_figures_approved_and_released_or_neither(installation, desk):
    """§4.8 fault: approving and releasing are one transaction; killed before it, nothing left and it still waits."""
    found = await desk.ask("occupation")
    await releases.ask_release(installation.engine, desk.researcher, found.id)
    installation.stop_after(0)
    with pytest.raises(KeptError):
        await read_and_approve(releases.RELEASE, installation.engine, desk.approver, found.id)
    await installation.close(integrate=False)
    await installation.open()
    assert (await queries.statistic_of(installation.engine, found.id)).status == "asked"
    again = await StatisticsDesk.of(installation)
    with pytest.raises(DeniedError):
        await export(installation, again, found.id)
    await read_and_approve(releases.RELEASE, installation.engine, again.approver, found.id)
    assert (await queries.statistic_of(installation.engine, found.id)).status == "released"


@pytest.mark.parametrize(("form", "recipient"), [("xls", "press"), ("csv", "my friend"), ("csv", "")])
async def test_to_whom_is_a_word_of_a_list(installation, desk, form, recipient):
    """§4.8 breach: an entry holds no free text, so a recipient is one of the list or a declared third party."""
    found = await desk.ask("occupation")
    await desk.release(found.id)
    with pytest.raises(InputError) as refused:
        await export(installation, desk, found.id, form, recipient)
    assert cited(refused.value) == "§4.8"


async def test_a_few_are_not_told_apart_from_nobody(installation, desk, monkeypatch):
    """§4.8: below the declared bound no figure is exported, and no bound is claimed that the margin does not carry."""
    no_noise(monkeypatch)
    for dimension, precision, shown in (("occupation", "finest", "few"), ("prefecture", "rough", "uncertain")):
        found = await desk.ask(dimension, precision=precision)
        await desk.release(found.id)
        document = json.loads(await export(installation, desk, found.id, "json"))
        assert {(one["figure"], one["shown"]) for one in document["cells"]} == {(None, shown)}


async def test_the_live_check_finds_what_was_done_by_hand(installation, desk):
    """§4.8 breach: a release written into D by hand, a deleted question and a lowered account break the promise on the board."""
    found = await desk.ask("occupation")
    assert (await released_statistics_only.check(installation.engine)).holds
    installation.ours("UPDATE statistic SET status = 'released', released_at = 1.0 WHERE statistic_id = ?", found.id)
    assert "without a second approver" in (await released_statistics_only.check(installation.engine)).detail
    installation.ours("UPDATE statistic SET status = 'answered', micro_rho = 1")
    assert "do not add up" in (await released_statistics_only.check(installation.engine)).detail
    installation.ours("UPDATE statistic_account SET charged = 1")
    assert "do not add up" in (await released_statistics_only.check(installation.engine)).detail
    installation.ours("UPDATE charge SET micro_rho = 1")
    assert (await released_statistics_only.check(installation.engine)).holds
    installation.ours("DELETE FROM statistic")
    installation.ours("DELETE FROM statistic_account")
    installation.ours("DELETE FROM charge")
    assert "entries of questions" in (await released_statistics_only.check(installation.engine)).detail


async def test_changed_figures_do_not_open(installation, desk):
    """§4.8, §5.3 breach: a flipped bit in the figures is found, by a look and by `kept verify`."""
    found = await desk.ask("occupation")
    (sealed,) = installation.sql("SELECT sealed FROM statistic")[0]
    installation.sql("UPDATE statistic SET sealed = ?", sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(KeptError):
        await queries.statistic_of(installation.engine, found.id)
    assert [one.status for one in await queries.all_statistics(installation.engine)] == ["damaged"]
    assert "do not open" in (await released_statistics_only.check(installation.engine)).detail
    report = await verify_installation(installation.engine)
    assert any("figures" in one for one in report.problems)


async def test_everybody_sees_what_is_released_and_nothing_else(installation, desk):
    """§4.8 page: the site lists what is released with its sheet, in both languages, without signing in."""
    found = await desk.ask("occupation")
    browser = Browser(installation)
    assert f"/en/statistics/{found.number}" not in (await browser.get("/en/statistics")).text
    assert (await browser.get(f"/en/statistics/{found.number}")).status_code == 404
    await desk.release(found.id)
    assert f"/en/statistics/{found.number}" in (await browser.get("/en/statistics")).text
    english = (await browser.get(f"/en/statistics/{found.number}")).text
    assert "How many customers, by occupation" in english
    assert "Why nobody can be singled out" in english
    assert "epsilon" in english
    japanese = (await browser.get(f"/ja/statistics/{found.number}")).text
    assert "個人を特定できない理由" in japanese
    assert desk.researcher.login not in english + japanese


async def test_it_is_released_and_exported_on_the_page(installation, desk):
    """§4.8 page: ask, approve by another, export."""
    found = await desk.ask("occupation")
    one, other = await console(installation, desk.researcher.login), await console(installation, desk.approver.login)
    path = f"/en/statistics/{found.id}"
    await one.get(path)
    assert (await one.post(path, step="export", form="csv", recipient="press")).status_code == 403
    await one.get(path)
    assert (await one.post(path, step="ask")).status_code == 303
    assert "Approve and release" in (await other.get(path)).text
    assert (await other.post(path, step="approve")).status_code == 303
    await one.get(path)
    left = await one.post(path, step="export", form="csv", recipient="press")
    assert left.headers["content-type"].startswith("text/csv")
    assert (await one.post(path, step="melt")).status_code == 422
    assert (await one.get("/en/statistics/none")).status_code == 422


async def console(installation, login):
    """A member of staff's browser, signed in."""
    browser = Browser(installation, at=CONSOLE)
    browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, login)
    return browser


async def test_no_projection_is_in_a_backup(installation, desk, tmp_path):
    """§4.8, §5.4: a backup would bring people back who left the projection since."""
    copy = tmp_path / "copy.db"
    await copy_together({copy: installation.engine.data})
    base = sqlite3.connect(copy)
    assert base.execute("SELECT COUNT(*) FROM projection_segment").fetchone() == (0,)
    assert base.execute("SELECT COUNT(*) FROM projection").fetchone() == (0,)
    assert base.execute("SELECT COUNT(*) FROM state").fetchone()[0] > 0
    base.close()
    assert installation.sql("SELECT COUNT(*) FROM projection_segment")[0][0] > 0


async def test_the_board_says_kept(installation, desk):
    """§4.8 page: the live check, and what was released."""
    found = await desk.ask("occupation")
    await desk.release(found.id)
    await export(installation, desk, found.id)
    one = (await promise_board(installation.engine)).of("4.8")
    assert (one.state, one.uses) == (ClauseState.KEPT, 2)
    assert "1 released by a second person, 1 exports" in one.parts[0].detail


async def test_two_data_sets_about_the_same_people_share_one_budget(tmp_path):
    """§4.8 breach: what one data set spent is not there for another about the same people; visits are an account of their own."""
    again = b"statistics:\n  once-more:\n    about: person\n    dimensions:\n      occupation: declared\n"
    again += b"    budget:\n      rho: 0.05\n      per: quarter\n      rho-year: 0.2\n      delta: 1e-9\n  customers:\n"
    for name, content in second_version((b"statistics:\n  customers:\n", again)).items():
        (tmp_path / name).write_bytes(content)
    installation = Installation(tmp_path, tmp_path / POLICY.name)
    await installation.open()
    desk = await StatisticsDesk.of(installation)
    for name in ("customers", "once-more", "usage"):
        await desk.build(name)
    await desk.ask("prefecture", precision="finest")
    await desk.ask("occupation", name="once-more", precision="finest")
    for name in ("customers", "once-more"):
        with pytest.raises(DeniedError) as refused:
            await desk.ask(name=name, precision="rough")
        assert refused.value.reason == "budget-spent"
    await desk.ask("page", name="usage", precision="finest")
    assert (await released_statistics_only.check(installation.engine)).holds
    await installation.close()
