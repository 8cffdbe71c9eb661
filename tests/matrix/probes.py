"""What the product does with the rows of each table: every probe goes the way a page or the door goes, and is refused or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from authenticator import Authenticator
from installation import PASSWORD, Installation
from second import read_and_approve, read_and_give

from kept.crypto.second_factor import code_at
from kept.errors import NotFoundError
from kept.guarantees.board import promise_board
from kept.policy.words import Exit
from kept.services.accounts import accounts, looked_into, passkeys, recovery, remember_me, shown_once
from kept.services.authorities import disclosure_bundle, request_paper, request_reading
from kept.services.authorities.disclosure_record import disclosure_of
from kept.services.campaigns import campaigns, candidates, outcomes
from kept.services.cases import cases, contacts, emergencies, inquiries, witnessing
from kept.services.cookies.scan import newest_scan
from kept.services.figures import exports, projections, queries, releases
from kept.services.figures.data_sets import all_data_sets
from kept.services.forms.receipts import receipts_of
from kept.services.gate import canaries, gate
from kept.services.gate.external_ids import find_owner
from kept.services.gate.history import history_of, proof_of
from kept.services.instances import contests, events, instances, questionnaires, sweepstakes
from kept.services.messages import call_sheets, calls
from kept.services.messages.letters import waiting_runs
from kept.services.messages.outbox import send_due
from kept.services.my_data import erasure, rights_decisions, rights_paper, rights_requests
from kept.services.my_data.own_data import own_data
from kept.services.my_data.portability import take_along
from kept.services.staff import credentials, sessions
from kept.services.staff.attestations import attested
from kept.services.third_parties import intake, provisions, recalls, register
from kept.services.upkeep import approvals
from kept.services.upkeep.routine import tidy
from kept.statistics.budget import Precision
from matrix.filled import CANARY, SITE

Words = dict[str, object]
Probe = Callable[[Installation, Words], Awaitable[object]]


def need(there: object) -> object:
    """Refuse what is not there: a page would show the sign-in, or nothing."""
    if not there:
        raise NotFoundError("expected what the row stands for, found nothing")
    return there


async def staff(installation: Installation, login: str):
    """A session of staff, begun now."""
    engine = installation.engine
    return need(await sessions.session_of(engine, await sessions.start_demo_session(engine, login)))


async def own_page(installation: Installation, words: Words) -> None:
    """My data, the copy to take along, the history, a proof, the receipts, what is shown once."""
    engine = installation.engine
    own = need(await accounts.session_of(engine, words["session"]))
    await own_data(engine, own)
    await take_along(engine, own, "en")
    await engine.sequencer.integrate()
    history = await history_of(engine, own.person_id)
    await proof_of(engine, own, history.lines[0].entry_id)
    await receipts_of(engine, own)


async def codes_on_the_screen(installation: Installation, words: Words) -> None:
    """What a session is shown once."""
    need(await shown_once.shown(installation.engine, words["own"], shown_once.Codes))


async def password(installation: Installation, words: Words) -> None:
    """Signing in with a password."""
    found = await accounts.sign_in_with_password(installation.engine, words["login"], "invented password 0")
    need(found == words["person"])


async def recovery_code(installation: Installation, words: Words) -> None:
    """Signing in with a recovery code."""
    code = words["codes"][-1]
    need(await recovery.sign_in_with_recovery_code(installation.engine, words["login"], code) == words["person"])


async def passkey(installation: Installation, words: Words) -> None:
    """Signing in with a passkey."""
    engine, device = installation.engine, words["device"]
    assert isinstance(device, Authenticator)
    begun = passkeys.begin_sign_in(engine, "shop.example")
    answer = device.use(begun["options"])
    found = await passkeys.finish_sign_in(engine, answer, begun["token"], rp_id="shop.example", origin=SITE)
    need(found == words["person"])


async def remembered(installation: Installation, words: Words) -> None:
    """A remembered device comes back."""
    need(await remember_me.sign_in_remembered(installation.engine, words["remembered"]))


async def member_of_staff(installation: Installation, words: Words) -> None:
    """A session of staff goes on, and the same member signs in with both factors."""
    engine = installation.engine
    session = need(await sessions.session_of(engine, words["staff-token"]))
    need(session.roles)
    code = code_at(words["second-factor"], int(engine.clock.now()) // 30)
    need(await sessions.sign_in(engine, "yuki", PASSWORD, code))


async def program(installation: Installation, words: Words) -> None:
    """A program reads a value under its credential."""
    engine = installation.engine
    mandate = await credentials.mandate_for(engine, await credentials.credential_of(engine, words["program"]))
    await gate.read(engine, mandate, words["person"], ("mail_address",), Exit.APP)


async def case(installation: Installation, words: Words) -> None:
    """An open case goes on: an item, what was written, what was asked."""
    engine, holder = installation.engine, words["case-holder"]
    await cases.open_item(engine, holder, words["case"], "phone")
    await contacts.contacts_of(engine, holder, words["case"])
    await inquiries.waiting_inquiries(engine, holder)


async def emergency(installation: Installation, words: Words) -> None:
    """Who reviews looks at the emergencies."""
    engine = installation.engine
    found = need(await emergencies.emergencies_for(engine, await staff(installation, "ono")))
    for one in found:
        await emergencies.emergency_of(engine, one.case_id)


async def approving(installation: Installation, words: Words) -> None:
    """A second member of staff reads everything that waits, and approves a campaign."""
    engine = installation.engine
    session = await staff(installation, "ono")
    need(await approvals.waiting(engine, session))
    await read_and_give(engine, session, words["approval"])


async def rights_desk(installation: Installation, words: Words) -> None:
    """The rights desk reads a letter with its paper, and checks who wrote it."""
    engine, session = installation.engine, await staff(installation, "kato")
    await rights_requests.read_request(engine, session, words["request"])
    await rights_paper.open_paper(engine, session, words["request"])
    await rights_decisions.check_identity(engine, session, words["request"], "in person", ())


async def paper_desk(installation: Installation, words: Words) -> None:
    """The second witnesses a paper that waits."""
    need(await witnessing.lines(installation.engine))
    session = await staff(installation, "ono")
    assert await read_and_approve(witnessing.WITNESSING, installation.engine, session, words["paper"]) == "taken"


async def providing(installation: Installation, words: Words) -> None:
    """The partner desk provides to a recipient, shows the register and the recalls, and tries a partner's file again."""
    engine = installation.engine
    asks, approves = await staff(installation, "abe"), await staff(installation, "ono")
    need(await provisions.all_provisions(engine))
    provision = await provisions.ask(engine, asks, "picture-club")
    await read_and_approve(provisions.PROVIDING, engine, approves, provision)
    await provisions.fetch(engine, asks, provision)
    need(await register.show_register(engine, approves))
    need(await recalls.open_recalls(engine))
    await recalls.fetch_recall(engine, asks, "picture-club")
    for one in need(await intake.all_intakes(engine)):
        await intake.try_again(engine, one.id)


async def legal_desk(installation: Installation, words: Words) -> None:
    """The legal desk reads a request with its paper, and fetches the bundle."""
    engine, session = installation.engine, await staff(installation, "hara")
    found = await disclosure_of(engine, words["disclosure"])
    await request_reading.read_request(engine, session, found.id)
    await request_paper.open_paper(engine, found.id, found.paper_hash)
    await disclosure_bundle.fetch(engine, session, found.id)


async def contest_desk(installation: Installation, words: Words) -> None:
    """The contest desk looks at each instance, and the public at what is published of it."""
    engine, session = installation.engine, await staff(installation, "ito2")
    for one in need(await instances.instances_of(engine, session)):
        found = await instances.standing_for(engine, session, one.id)
        kind = found.kind.value
        if kind == "contest":
            need(await contests.published_of(engine, one.id))
            need(await contests.entries_of(engine, session, one.id))
        if kind == "sweepstake":
            need(await sweepstakes.public_file(engine, one.id))
            need(await sweepstakes.winners_of(engine, one.id))
        if kind == "event":
            await events.check_in_list(engine, session, one.id)
        if kind == "questionnaire":
            need(await questionnaires.results_of(engine, one.id))


async def research(installation: Installation, words: Words) -> None:
    """Research asks a question, and exports what was released."""
    engine, session = installation.engine, await staff(installation, "ono")
    for found in all_data_sets(engine).values():
        await projections.usable_build(engine, found)
        await queries.budget_left(engine, found)
    await queries.ask(engine, session, "customers", ("prefecture",), Precision.NORMAL)
    for one in need(await releases.released(engine)):
        await exports.export(engine, session, one.id, "csv", "press", "en")


async def marketing(installation: Installation, words: Words) -> None:
    """Marketing looks at its campaigns and asks for one; what waits is sent."""
    engine, session = installation.engine, await staff(installation, "ume")
    for one in need(await campaigns.all_campaigns(engine)):
        await campaigns.standing(engine, one.id)
        await outcomes.progress(engine, one.id)
        await outcomes.counted_outcome(engine, one.id)
    await candidates.preview(engine, session, "night-city")
    await send_due(engine)


async def letters_and_calls(installation: Installation, words: Words) -> None:
    """Support sees which letters wait, and calls who is on a sheet."""
    engine, session = installation.engine, await staff(installation, "sato")
    need(await waiting_runs(engine, session))
    loaded = [await call_sheets.load_sheet(engine, one.id) for one in await call_sheets.sheets_of(engine, session)]
    sheet, rows = need([one for one in loaded if one[1]])[0]
    await calls.begin(engine, session, sheet.id)
    await calls.show_number(engine, session, sheet.id, rows[0].place)


async def ledger(installation: Installation, words: Words) -> None:
    """What waits gets its place, and a person's proof still verifies; after the next start too."""
    engine = installation.engine
    await engine.sequencer.integrate()
    history = await history_of(engine, words["person"])
    own = await installation.session(words["person"])
    for line in history.lines[:5]:
        await proof_of(engine, own, line.entry_id)
    await engine.sequencer.verify_head()


async def erasing(installation: Installation, words: Words) -> None:
    """Who wanted to be erased takes it back; who was erased has a receipt."""
    engine = installation.engine
    need(await erasure.erasure_receipt(engine, words["erased"]))
    await erasure.undo_erasure(engine, await installation.session(words["leaves"]))


async def board(installation: Installation, words: Words) -> None:
    """The promise board, and the minute's work."""
    engine = installation.engine
    await promise_board(engine)
    need(await canaries.alarms(engine))
    need(await attested(engine))
    need(await newest_scan(engine))
    need(all(one.looked for one in need(await looked_into.alarms(engine))))
    await tidy(engine)
    await engine.no_log.deliver()


async def finding(installation: Installation, words: Words) -> None:
    """Support finds a customer by phone; a program by its own id; a canary that is opened is an alarm."""
    engine, session = installation.engine, await staff(installation, "sato")
    one = await cases.open_case(engine, session, "contact")
    found = await cases.find_in_case(engine, session, one.id, {"phone": "090-2000-7000"})
    need(found.person_id == words["person"])
    need(await find_owner(engine, "newsletter", "N-1") == words["person"])
    before = len(await canaries.alarms(engine))
    two = await cases.open_case(engine, session, "contact")
    await cases.find_in_case(engine, session, two.id, {"mail_address": CANARY})
    await cases.open_item(engine, session, two.id, "phone")
    need(len(await canaries.alarms(engine)) > before)


PROBES: dict[Probe, tuple[str, ...]] = {
    own_page: (
        "D.session", "D.state", "D.value", "D.login", "D.receipt", "D.entry_person", "D.notice", "D.external_id",
        "D.provision_record", "D.participation", "D.emergency_person", "D.disclosure_person", "D.disclosure_item", "D.inquiry",
        "D.contact", "D.recall", "D.entry", "D.sign_in_sign", "D.entry_later", "K.person_key", "K.state_copy", "D.policy_version",
        "D.meta", "D.link_code", "D.notice_token", "D.outbox", "D.person_rows", "D.other_person_changes", "K.person_rows",
        "K.other_person_changes", "D.entry_chain", "D.entry_chain_moved", "K.chain_copy",
    ),
    codes_on_the_screen: ("D.shown_once",),
    password: ("D.password", "D.login", "D.rate"),
    recovery_code: ("D.recovery_code", "D.login"),
    passkey: ("D.passkey", "D.login"),
    remembered: ("D.remembered",),
    member_of_staff: ("D.staff", "D.staff_session"),
    program: ("D.api_credential", "D.mandate"),
    case: ("D.case_file", "D.case_person", "D.mandate", "D.contact", "D.inquiry", "D.staff"),
    emergency: ("D.emergency", "D.emergency_person", "D.emergency_item"),
    approving: ("D.approval", "D.provision", "D.campaign"),
    rights_desk: ("D.rights_request", "D.rights_request_person", "D.rights_request_paper"),
    paper_desk: ("D.witnessed", "D.witnessed_person"),
    providing: (
        "D.party", "D.provision", "D.provision_record", "D.recall", "D.register_entry", "D.intake", "D.intake_record", "D.approval",
        "K.statutory_key",
    ),
    legal_desk: ("D.disclosure", "D.disclosure_paper", "D.disclosure_person", "D.disclosure_record", "D.disclosure_item"),
    contest_desk: ("D.instance", "D.ticket", "D.draw", "D.publication", "D.result", "D.participation"),
    research: (
        "D.projection", "D.projection_segment", "D.statistic_account", "D.charge", "D.statistic", "D.statistic_export",
        "K.statistic_charge",
    ),
    marketing: ("D.campaign", "D.head_count", "D.outbox", "D.message_link", "D.reach_tally", "D.stop_list"),
    letters_and_calls: ("D.letter", "D.fax_job", "D.call_sheet", "D.call_row"),
    ledger: (
        "D.entry", "D.todo", "D.leaf_position", "D.tile", "D.head", "D.checkpoint", "D.cosignature", "K.checkpoint",
        "D.todo_aside",
    ),
    erasing: ("D.erasure", "K.tombstone"),
    board: (
        "D.live_check", "D.attestation", "D.scan", "D.backup", "D.drill", "D.canary_alarm", "D.no_log_note", "D.no_log_line",
        "D.tally", "D.visit_count", "K.meta", "K.epoch", "K.current_epoch", "K.system_key", "D.migration", "K.migration",
        "D.table_rows", "D.other_table_changes", "D.restore_mark", "K.table_rows", "K.other_table_changes", "K.restore_mark",
        "D.looked_into", "D.claim",
    ),
    finding: ("K.index_token", "K.external_token", "K.canary", "D.look_ups"),
}  # fmt: skip
"""By probe: the tables whose rows it uses."""


def probes_of(table: str) -> list[Probe]:
    """Return the probes that use a table's rows, by its name with the database in front."""
    return [probe for probe, named in PROBES.items() if table in named]
