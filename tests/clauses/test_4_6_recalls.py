"""§4.6: who took their consent back is recalled at once: a signed file, a deadline, a confirmation, told to the person."""

from __future__ import annotations

import json

import pytest
from asked import CONSOLE, SITE, Browser
from cited import cited
from installation import MAIL, NAME
from registered import registered
from second import read_and_approve

from kept.cli.main import main
from kept.crypto.sealed_to import OpeningKey
from kept.errors import (
    BusyError,
    DeniedError,
    InputError,
    MalformedError,
    NoteError,
    SealError,
    SettingError,
)
from kept.guarantees.board import promise_board
from kept.ledger.note import verifier_key
from kept.policy.words import ClauseState, Exit
from kept.services.accounts import accounts
from kept.services.engine.key_files import write_key
from kept.services.my_data import choices, corrections, erasure
from kept.services.staff import sessions
from kept.services.third_parties import provisions, recalls
from kept.services.third_parties.handed_over import pseudonym
from kept.services.third_parties.recall_file import answer_of, parse_recall
from kept.store.sqlite import raw_count

pytestmark = pytest.mark.anyio
CLUB = "picture-club"
DAY = 86400.0


class Club:
    """A recipient that was handed the name and address of one customer."""

    def __init__(self, installation) -> None:
        self.installation, self.key = installation, OpeningKey.new()

    async def begin(self):
        """Hand it over."""
        engine = self.installation.engine
        await registered(self.installation, "recipient", CLUB, self.key.public)
        self.asks = await self.installation.staff("abe", ("partners",))
        self.approves = await self.installation.staff("endo", ("privacy",))
        self.own = await self.installation.join()
        await self.installation.give(self.own, [("name", NAME), ("mail_address", MAIL), ("choice", f"{CLUB}//{CLUB}")])
        self.number = pseudonym(engine, CLUB, self.own.person_id)
        await self.provide()
        return self

    async def provide(self):
        """Ask, approve, fetch."""
        engine = self.installation.engine
        made = await provisions.ask(engine, self.asks, CLUB)
        await read_and_approve(provisions.PROVIDING, engine, self.approves, made)
        await provisions.fetch(engine, self.asks, made)

    async def told(self) -> dict:
        """Fetch the recall and open it as the recipient."""
        raw = await recalls.fetch_recall(self.installation.engine, self.asks, CLUB)
        return parse_recall(raw, self.key, self.installation.engine.sequencer.verifier)


@pytest.fixture
async def club(installation):
    """A recipient with something of a customer."""
    return await Club(installation).begin()


ENDS = {
    "a no": lambda engine, own: choices.choose(engine, own, CLUB, None, allow=False),
    "a no to provision": lambda engine, own: choices.choose(engine, own, CLUB, Exit.PROVISION, allow=False),
    "a stop": lambda engine, own: choices.stop_use(engine, own, CLUB, stop=True),
    "an erasure": erasure.intend_erasure,
}


@pytest.mark.parametrize("how", ENDS)
async def test_a_recall_is_due_at_once_in_a_signed_file(installation, club, how):
    """§4.6 normal: no next file is waited for; the recall names a pseudonym and its day, and nobody."""
    await ENDS[how](installation.engine, club.own)
    (waiting,) = await recalls.open_recalls(installation.engine)
    assert (waiting.recipient, waiting.people, waiting.told_at) == (CLUB, 1, None)
    assert waiting.due_at == pytest.approx(installation.engine.clock.now() + 7 * DAY, abs=5)
    raw = await recalls.fetch_recall(installation.engine, club.asks, CLUB)
    ours = installation.engine.sequencer.verifier
    told = parse_recall(raw, club.key, ours)
    assert [one["person"] for one in told["people"]] == [club.number]
    assert told["confirm by"] == told["people"][0]["due"]
    assert (await installation.newest()).act == "staff:recall:tell"
    for key, installation_key, error in (
        (OpeningKey.new(), ours, SealError),
        (club.key, verifier_key("other.example", OpeningKey.new().public), NoteError),
    ):
        with pytest.raises(error):
            parse_recall(raw, key, installation_key)
    changed = json.loads(raw)
    changed["id"] = "0" * 32
    with pytest.raises(NoteError):
        parse_recall(json.dumps(changed).encode(), club.key, ours)
    with pytest.raises(MalformedError):
        parse_recall(b"{}", club.key, ours)


async def test_once_told_and_confirmed_it_is_done_and_again_after_a_new_yes(installation, club):
    """§4.6 evidence: telling and confirming are recorded; a second no recalls only what was handed over since."""
    engine = installation.engine
    await choices.choose(engine, club.own, CLUB, None, allow=False)
    told = await club.told()
    assert (await club.told())["id"] == told["id"], "a download that was cut is made again, the same file"
    assert await recalls.confirm_recall(engine, club.asks, told["id"], told["confirm with"]) == 1
    assert (await installation.newest()).act == "staff:recall:confirm"
    assert await recalls.open_recalls(engine) == []
    with pytest.raises(InputError):
        await club.told()
    with pytest.raises(InputError):
        await recalls.confirm_recall(engine, club.asks, told["id"])
    await choices.stop_use(engine, club.own, CLUB, stop=True)
    assert await recalls.open_recalls(engine) == []
    await choices.stop_use(engine, club.own, CLUB, stop=False)
    await choices.choose(engine, club.own, CLUB, None, allow=True)
    await club.provide()
    await choices.choose(engine, club.own, CLUB, None, allow=False)
    assert len(await recalls.open_recalls(engine)) == 1


async def test_whoever_does_not_act_for_the_recipient_neither_tells_nor_confirms(installation, club):
    """§4.6 breach: support and the approver are refused; what nobody was told cannot be confirmed."""
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    support = await installation.staff("sato", ("support",))
    for session in (support, club.approves):
        with pytest.raises(DeniedError):
            await recalls.fetch_recall(installation.engine, session, CLUB)
    with pytest.raises(InputError):
        await recalls.confirm_recall(installation.engine, club.asks, "")
    told = await club.told()
    with pytest.raises(DeniedError):
        await recalls.confirm_recall(installation.engine, support, told["id"])
    assert len(await recalls.open_recalls(installation.engine)) == 1
    with pytest.raises(DeniedError):
        await recalls.fetch_recall(installation.engine, club.asks, "ad-broker")
    with pytest.raises(InputError) as unknown:
        await recalls.fetch_recall(installation.engine, club.approves, "ad-broker")
    assert cited(unknown.value) == "§4.6"


@pytest.mark.parametrize("told", [False, True])
async def test_an_overdue_recall_turns_the_board(installation, club, told):
    """§4.6 page: a second before its day the clause is kept, a second after it is not, told or not, until it is confirmed."""
    engine = installation.engine
    await choices.choose(engine, club.own, CLUB, None, allow=False)
    file = (await club.told())["id"] if told else ""
    (waiting,) = await recalls.open_recalls(engine)
    installation.wall.pass_(waiting.due_at - engine.clock.now() - 1)
    assert (await promise_board(engine)).of("4.6").state is ClauseState.KEPT
    installation.wall.pass_(2)
    assert (await promise_board(engine)).of("4.6").state is not ClauseState.KEPT
    asks = await sessions.session_of(engine, await sessions.start_demo_session(engine, "abe"))
    if not told:
        file = parse_recall(await recalls.fetch_recall(engine, asks, CLUB), club.key, engine.sequencer.verifier)["id"]
    approves = await sessions.session_of(engine, await sessions.start_demo_session(engine, "endo"))
    await recalls.confirm_recall(engine, approves, file)
    assert (await promise_board(engine)).of("4.6").state is ClauseState.KEPT


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_pages(installation, club, language):
    """§4.6 page: staff fetch and confirm; the person sees until when, then that it was told, then that it was confirmed."""
    site, console = Browser(installation, at=SITE), Browser(installation, at=CONSOLE)
    site.cookies["__Host-kept_session"] = await accounts.start_session(installation.engine, club.own.person_id)
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "abe")

    async def said() -> str:
        page = (await site.get(f"/{language}/my-data")).text
        return page.split('id="provided"')[1].split("</ul>")[0]

    words = {
        "en": ("not told yet", "not confirmed yet", "by Picture Club (example), with the answer in its file"),
        "ja": ("まだ伝えていません", "まだ確認がありません", "確認済み（ファイル内の確認語による）"),
    }[language]
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    assert words[0] in await said()
    await console.get(f"/{language}/provision")
    raw = (await console.post(f"/{language}/provision/{CLUB}", step="recall")).content
    told = parse_recall(raw, club.key, installation.engine.sequencer.verifier)
    assert words[1] in await said()
    await console.get(f"/{language}/provision")
    assert (
        await console.post(f"/{language}/provision/{told['id']}", step="confirmed", answer=told["confirm with"])
    ).status_code == 303
    assert words[2] in await said()


async def test_the_command_opens_it(installation, club, tmp_path, capsys):
    """§4.6: `kept recipient open` with the installation's key is what the recipient has."""
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    (tmp_path / "recall.json").write_bytes(await recalls.fetch_recall(installation.engine, club.asks, CLUB))
    write_key(tmp_path / "club.key", "recipient", club.key.raw())
    line = ["recipient", "open", str(tmp_path / "recall.json"), "--key", str(tmp_path / "club.key"), "--installation"]
    assert main([*line, str(installation.engine.sequencer.verifier)]) == 0
    assert json.loads(capsys.readouterr().out)["people"][0]["person"] == club.number


# -------------------------------------------------------------------- who confirms


async def test_who_told_it_does_not_confirm_it_alone(installation, club):
    """§4.6 breach: one member of the desk tells a recall and notes that it was confirmed: refused, recorded, and it stays due."""
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    told = await club.told()
    with pytest.raises(DeniedError) as refused:
        await recalls.confirm_recall(installation.engine, club.asks, told["id"])
    assert (refused.value.reason, cited(refused.value)) == ("recall-own", "§4.6")
    newest = await installation.newest()
    assert (newest.act, newest.outcome) == ("staff:recall:confirm", "refused")
    await club.told()  # fetched once more by a colleague, it was told by the first all the same
    colleague = await installation.staff("bando", ("partners",))
    await recalls.fetch_recall(installation.engine, colleague, CLUB)
    with pytest.raises(DeniedError):
        await recalls.confirm_recall(installation.engine, club.asks, told["id"])
    assert len(await recalls.open_recalls(installation.engine)) == 1
    assert await recalls.confirm_recall(installation.engine, colleague, told["id"]) == 1
    (mine,) = await recalls.recalls_of(installation.engine, club.own.person_id)
    assert mine.confirmed_by == "staff"


async def test_an_answer_is_one_files(installation, club):
    """§4.6 breach: guessed, another file's, and another recipient's answers confirm nothing, whoever brings them."""
    engine = installation.engine
    await corrected(installation, club)
    first = await club.told()
    await choices.choose(engine, club.own, CLUB, None, allow=False)
    second = await club.told()
    assert first["confirm with"] != second["confirm with"]
    for session, answer in (
        (club.asks, first["confirm with"]),
        (club.approves, first["confirm with"]),
        (club.asks, answer_of(engine, "ad-broker", second["id"])),
        (club.asks, "0000-0000-0000-0000-0000"),
        (club.asks, second["id"]),
        (club.asks, " "),
    ):
        with pytest.raises(InputError) as refused:
            await recalls.confirm_recall(engine, session, second["id"], answer)
        assert refused.value.reason == "recall-answer"
    assert {one.file_id for one in await recalls.open_recalls(engine)} == {first["id"], second["id"]}


async def test_the_answer_stands_in_the_sealed_part_alone(installation, club, desk):
    """§4.6 breach: whoever carries the file, reads the mail, D or K finds no answer; the recipient types it as people do."""
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    raw = await recalls.fetch_recall(installation.engine, club.asks, CLUB)
    told = parse_recall(raw, club.key, installation.engine.sequencer.verifier)
    await recalls.mail_recall(installation.engine, club.asks, CLUB)
    answer = told["confirm with"]
    carried = raw + desk.box.received[-1].message.as_bytes()
    assert answer.encode() not in carried
    assert answer.replace("-", "").encode() not in carried
    assert not any(raw_count(installation.folder, "shop", [answer.encode(), answer.replace("-", "").encode()]).values())
    typed = f" {answer.upper().replace('-', ' ')} ".translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert await recalls.confirm_recall(installation.engine, club.asks, told["id"], typed) == 1
    (mine,) = await recalls.recalls_of(installation.engine, club.own.person_id)
    assert mine.confirmed_by == "recipient"


# -------------------------------------------------------------------- corrections, removals


async def corrected(installation, club, slot: str = "mail_address", value: str = "new@example.jp") -> None:
    """The customer corrects a value they gave."""
    own = await installation.session(club.own.person_id)
    version = (await installation.engine.people.load(own.person_id)).state.slots[slot].version
    await corrections.correct(installation.engine, own, slot, value, expected_version=version)


@pytest.mark.parametrize("how", ["corrected", "removed"])
async def test_who_holds_a_value_is_told_that_it_changed(installation, club, how):
    """§4.6 normal: a signed file with its day names the item, under the recipient's number, and no value old or new."""
    if how == "corrected":
        await corrected(installation, club)
    else:
        await corrections.remove_value(
            installation.engine, await installation.session(club.own.person_id), "mail_address"
        )
    assert ("recalled", CLUB) in (await installation.newest()).facts
    (waiting,) = await recalls.open_recalls(installation.engine)
    assert (waiting.people, waiting.items, waiting.told_at) == (1, 1, None)
    told = await club.told()
    (one,) = told["people"]
    assert (one["person"], one["item"], how in one, "withdrawn" in one) == (club.number, "mail_address", True, False)
    assert not [value for value in (MAIL, NAME, "new@example.jp") if value in json.dumps(told)]
    await recalls.confirm_recall(installation.engine, club.asks, told["id"], told["confirm with"])
    (mine,) = await recalls.recalls_of(installation.engine, club.own.person_id)
    assert (mine.what, mine.item, mine.confirmed_at is not None) == (how, "mail_address", True)


async def test_who_does_not_hold_it_is_told_nothing(installation, club):
    """§4.6 breach: a value that never went there, or that has to be given up altogether already, tells nobody that it is there."""
    await installation.give(club.own, [("prefecture", "tokyo")])
    await corrected(installation, club, "prefecture", "osaka")
    assert await recalls.open_recalls(installation.engine) == []
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    await club.told()
    await corrected(installation, club)
    assert [one.items for one in await recalls.open_recalls(installation.engine)] == [0]


async def test_a_no_after_a_correction_recalls_everything_still(installation, club):
    """§4.6 breach: that a correction waits to be told keeps no withdrawal from being told."""
    await corrected(installation, club)
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    (waiting,) = await recalls.open_recalls(installation.engine)
    assert (waiting.people, waiting.items) == (1, 1)
    assert [one.what for one in await recalls.recalls_of(installation.engine, club.own.person_id)] == [
        "withdrawn",
        "corrected",
    ]


async def test_an_overdue_correction_turns_the_board(installation, club):
    """§4.6 page: a correction nobody confirmed by its day breaks the clause like a withdrawal."""
    await corrected(installation, club)
    (waiting,) = await recalls.open_recalls(installation.engine)
    installation.wall.pass_(waiting.due_at - installation.engine.clock.now() + 1)
    assert (await promise_board(installation.engine)).of("4.6").state is not ClauseState.KEPT


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_person_reads_whom_a_correction_was_told(installation, club, language):
    """§4.6 page: my data says who is told, by when, and whether it was."""
    await corrected(installation, club)
    site = Browser(installation, at=SITE)
    await site.sign_in(club.own)
    page = (await site.get(f"/{language}/my-data")).text.split('id="provided"')[1]
    assert {"en": "is told to stop using the old value", "ja": "古い値の利用を停止するよう"}[language] in page


# -------------------------------------------------------------------- by mail


async def test_a_recall_goes_by_mail_to_the_recipients_desk(installation, club, desk):
    """§4.6 normal: the signed file attached, words that name nobody; told once a server took it, and confirmed like any other."""
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    before = len(desk.box.received)
    file_id = await recalls.mail_recall(installation.engine, club.asks, CLUB)
    (mail,) = desk.box.received[before:]
    assert mail.recipient == "desk@picture-club.example"
    (file,) = mail.message.iter_attachments()
    told = parse_recall(file.get_content(), club.key, installation.engine.sequencer.verifier)
    assert (told["id"], [one["person"] for one in told["people"]]) == (file_id, [club.number])
    assert not [one for one in (MAIL, NAME, club.number) if one in mail.message.as_string()]
    assert dict((await installation.newest()).facts)["by"] == "mail"
    assert await recalls.mail_recall(installation.engine, club.asks, CLUB) == file_id, "sent once more, the same file"
    assert await recalls.confirm_recall(installation.engine, club.approves, file_id) == 1


async def test_what_no_server_took_is_not_told(installation, club, desk):
    """§4.6 breach: a refused mail, or one whose fate nobody knows, leaves the recall waiting, and overdue on its day."""
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    desk.box.handler.rcpt["desk@picture-club.example"] = "550 5.7.1 relay not permitted"
    with pytest.raises(BusyError):
        await recalls.mail_recall(installation.engine, club.asks, CLUB)
    desk.box.handler.rcpt.clear()
    desk.box.handler.data.append("cut")
    with pytest.raises(BusyError):
        await recalls.mail_recall(installation.engine, club.asks, CLUB)
    (waiting,) = await recalls.open_recalls(installation.engine)
    assert waiting.told_at is None


async def test_who_may_not_or_cannot_mail_it_is_told(installation, club, desk):
    """§4.6 breach: no role, no such recipient, nothing waiting: nothing is sent to anybody's address."""
    before = len(desk.box.received)
    with pytest.raises(InputError):
        await recalls.mail_recall(installation.engine, club.asks, CLUB)
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    for session, recipient, error in (
        (await installation.staff("sato", ("support",)), CLUB, DeniedError),
        (club.approves, "ad-broker", InputError),
    ):
        with pytest.raises(error):
            await recalls.mail_recall(installation.engine, session, recipient)
    installation.engine.dispatchers.clear()
    with pytest.raises(SettingError):
        await recalls.mail_recall(installation.engine, club.asks, CLUB)
    assert desk.box.received[before:] == []


async def test_staff_mail_it_from_the_page(installation, club, desk):
    """§4.6 page: the button names the address; afterwards the list says that it was told."""
    await choices.choose(installation.engine, club.own, CLUB, None, allow=False)
    console = Browser(installation, at=CONSOLE)
    console.cookies["__Host-kept_session"] = await sessions.start_demo_session(installation.engine, "abe")
    assert "desk@picture-club.example" in (await console.get("/en/provision")).text
    assert (await console.post(f"/en/provision/{CLUB}", step="mail")).status_code == 303
    assert "not confirmed yet" in (await console.get("/en/provision")).text
    assert desk.box.received[-1].recipient == "desk@picture-club.example"
