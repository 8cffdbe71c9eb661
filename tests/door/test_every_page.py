"""What a page can do, a program can do: every address and every step of the two hosts beside the door's name for it.

A page that is not in the table is red; a name there that is none is red; and where a page has no name, the reason is written.
"""

from __future__ import annotations

import pytest

import kept
from kept.door.view import names_of
from kept.errors import DeniedError
from kept.web import console, site

ONCE = "shows again, for some minutes, what the act itself returned to a program"
SITE = {
    "GET /{language}/account": "Person.passkeys Person.devices Person.sessions Person.external_ids Person.linkable",
    "POST /{language}/account/codes": "Person.new_recovery_codes",
    "POST /{language}/account/devices/forget": "Person.forget_device",
    "GET /{language}/account/issued": ONCE,
    "POST /{language}/account/issued": ONCE,
    "GET /{language}/account/issued/file": ONCE,
    "POST /{language}/account/link": "Person.link_code",
    "GET /{language}/account/link-code": ONCE,
    "POST /{language}/account/link-code": ONCE,
    "POST /{language}/account/passkey": "Person.add_passkey",
    "POST /{language}/account/passkey/begin": "Person.passkey_to_add",
    "POST /{language}/account/passkey/name": "Person.name_passkey",
    "POST /{language}/account/passkey/remove": "Person.remove_passkey",
    "POST /{language}/account/password": "Person.set_password",
    "POST /{language}/account/password/remove": "Person.remove_password",
    "POST /{language}/account/sessions/end": "Person.end_session",
    "POST /{language}/account/unlink": "Person.unlink",
    "GET /": "only sends the browser to its language",
    "GET /.well-known/change-password": "only sends the browser to the page of recovery codes",
    "GET /.well-known/gpc.json": "an address of a host: says that `Sec-GPC` is honoured, as `Kept.cookies` does",
    "GET /.well-known/passkey-endpoints": "an address of a host: names pages",
    "GET /.well-known/security.txt": "an address of a host: `Kept.policy` holds the contact",
    "GET /draw/verify.py": "a file: the public program `kept_verify.draw`",
    "GET /draw/{instance}.json": "Kept.draw",
    "GET /ledger/checkpoint": "Kept.checkpoint",
    "GET /ledger/consistency/{older}/{newer}": "Kept.checkpoint",
    "GET /ledger/key": "Kept.ledger_key",
    "GET /ledger/{log}/checkpoint": "Kept.checkpoint",
    "GET /ledger/{log}/tile/entries/{place:path}": "Kept.log_entries",
    "GET /ledger/{log}/tile/{level}/{place:path}": "Kept.log_tile",
    "GET /theme.css": "the look of Kept's own pages",
    "GET /theme/logo": "the look of Kept's own pages",
    "GET /u/{link}": "Kept.why",
    "POST /u/{link}": "Kept.stop_by_link",
    "GET /{language}": "a program has a front page of its own: `Pages`",
    "GET /{language}/cookies": "Kept.cookie_question Kept.jar",
    "POST /{language}/cookies": "Kept.cookie_choice",
    "POST /{language}/cookies/delete": "a program lets its own answer expire a cookie; `Kept.cookies` lets that pass",
    "GET /{language}/erasure/{receipt}": "Kept.erasure_receipt",
    "GET /{language}/join": "Kept.policy",
    "POST /{language}/join": "Kept.join",
    "POST /{language}/join/passkey": "Kept.join_with_passkey",
    "POST /{language}/join/passkey/begin": "Kept.passkey_to_join",
    "GET /{language}/my-data": "Person.data Person.registered Person.recalls Person.disclosed Person.emergencies "
    "Person.contacts Person.inquiries Person.messages Person.asked_again Person.parts",
    "POST /{language}/my-data/choice": "Person.choose",
    "GET /{language}/my-data/correct/{slot}": "Person.data",
    "POST /{language}/my-data/correct/{slot}": "Person.correct",
    "POST /{language}/my-data/advertising": "Person.mark_advertising",
    "POST /{language}/my-data/ask": "Person.ask",
    "GET /{language}/my-data/addresses": "Person.addresses",
    "POST /{language}/my-data/addresses": "Person.confirm Person.send_confirmation Person.write_again",
    "GET /{language}/my-data/erase": "Person.erase",
    "POST /{language}/my-data/erase": "Person.erase",
    "POST /{language}/my-data/erase/undo": "Person.undo_erase",
    "GET /{language}/my-data/proof/{entry}.tlog-proof": "Person.proof",
    "GET /{language}/my-data/receipt/{receipt}.jsonld": "Person.receipts",
    "GET /{language}/my-data/receipts": "Person.receipts",
    "GET /{language}/my-data/receipts/{receipt}": "Person.receipts",
    "POST /{language}/my-data/remove/{slot}": "Person.remove",
    "POST /{language}/my-data/stop": "Person.stop Person.resume",
    "GET /{language}/my-data/requests": "Person.requests",
    "POST /{language}/my-data/requests": "Person.ask_desk",
    "POST /{language}/my-data/requests/{id}": "Person.fetch_answer",
    "POST /{language}/my-data/take-along": "Person.export",
    "GET /{language}/my-data/why/{entry}": "Person.why",
    "POST /{language}/my-data/why/{entry}": "Person.stop_act",
    "POST /{language}/w/{link}/stop": "Kept.stop_by_link",
    "GET /{language}/my-data/entries.chain": "Person.entries",
    "GET /{language}/my-data/verify/{entry}": "Person.proof Kept.checkpoint",
    "GET /{language}/my-data/given-elsewhere": "Person.given_elsewhere",
    "POST /{language}/my-data/given-elsewhere": "Person.disown",
    "GET /{language}/first-sign-in": "a program asks for the code in its own form",
    "POST /{language}/first-sign-in": "only leads to what a code is for",
    "GET /{language}/first-sign-in/{code}": "Kept.asked_at_first_sign_in",
    "POST /{language}/first-sign-in/{code}": "Kept.sign_in_first",
    "GET /{language}/not-me": "a program asks for the code in its own form",
    "POST /{language}/not-me": "only leads to what a code is about",
    "GET /{language}/not-me/{code}": "Kept.given_elsewhere_by_code",
    "POST /{language}/not-me/{code}": "Kept.disown_by_code",
    "POST /{language}/my-data/statement/{statement}": "Person.confirm_statement Person.statements",
    "POST /{language}/my-data/statement/{statement}/refuse": "Person.refuse_statement",
    "GET /{language}/policy": "Kept.policy",
    "GET /{language}/policy.jsonld": "rendered from `Kept.policy`; as a file by `kept render --as jsonld`",
    "GET /{language}/registration": "Person.form",
    "POST /{language}/registration": "Person.submit",
    "GET /{language}/sign-in": "Kept.policy",
    "POST /{language}/sign-in": "Kept.sign_in Person.remember_device",
    "POST /{language}/sign-in/passkey": "Kept.sign_in_with_passkey",
    "POST /{language}/sign-in/passkey/begin": "Kept.passkey_to_sign_in",
    "POST /{language}/sign-in/recovery": "Kept.recover",
    "POST /{language}/sign-in/remembered": "Kept.sign_in_remembered",
    "POST /{language}/sign-out": "Person.sign_out",
    "GET /{language}/statistics": "Kept.figures",
    "GET /{language}/statistics/{number}": "Kept.figures",
    "GET /{language}/take-part": "Kept.instances Person.parts",
    "GET /{language}/take-part/{instance}": "Person.form Kept.draw Kept.published",
    "POST /{language}/take-part/{instance}": "Person.submit",
    "POST /{language}/take-part/{instance}/leave": "Person.leave",
    "GET /{language}/w/{link}": "Kept.why",
    "POST /{language}/w/{link}/confirm": "Kept.confirm_by_link Kept.pending_by_link",
    "GET /{language}/w/{link}/proof": "Kept.proof_of_message",
}
AGAIN = "loaded again after a form: shows what is there, and does nothing"
CONSOLE = {
    "GET /": "only sends the browser to its language",
    "GET /theme.css": "the look of Kept's own pages",
    "GET /theme/logo": "the look of Kept's own pages",
    "GET /{language}": "Staff.my_cases Staff.asked",
    "POST /{language}/asked/{inquiry}": "Staff.take_inquiry",
    "GET /{language}/approvals": "Staff.waiting_approvals Staff.advertising",
    "GET /{language}/restore": "Staff.restore_report",
    "POST /{language}/restore/erase": "Staff.erase_again",
    "POST /{language}/restore/sign": "Staff.sign_restore",
    "POST /{language}/approvals/marked/{message}": "Staff.settle_advertising",
    "POST /{language}/approvals/{approval}": "Staff.approve",
    "POST /{language}/attest": "Staff.attest",
    "GET /{language}/board": "Staff.board Staff.attestations Staff.board_alarms",
    "POST /{language}/board/alarm": "Staff.look_into_alarm",
    "GET /{language}/calls": "Staff.all_call_sheets",
    "GET /{language}/calls/{sheet}": "Staff.call_sheet",
    "POST /{language}/calls/{sheet}": "Staff.begin_calls",
    "GET /{language}/calls/{sheet}/end": AGAIN,
    "POST /{language}/calls/{sheet}/end": "Staff.end_call",
    "GET /{language}/calls/{sheet}/show": AGAIN,
    "POST /{language}/calls/{sheet}/show": "Staff.show_number",
    "GET /{language}/campaigns": "Staff.all_campaigns Staff.held_channels Staff.stop_counts",
    "POST /{language}/campaigns": "Staff.draft_campaign",
    "GET /{language}/campaigns/{id}": "Staff.campaign Staff.campaign_counted "
    "Staff.campaign_progress Staff.campaign_results Staff.head_counts_left",
    "POST /{language}/campaigns/{id} again": "Staff.send_again",
    "POST /{language}/campaigns/{id} approve": "Staff.approve",
    "POST /{language}/campaigns/{id} ask": "Staff.ask_campaign",
    "POST /{language}/campaigns/{id} count": "Staff.count_campaign",
    "POST /{language}/campaigns/{id} outcome": "Staff.count_campaign_results",
    "POST /{language}/campaigns/{id} go-on": "Staff.go_on_with_campaign",
    "POST /{language}/campaigns/{id} stop": "Staff.stop_campaign",
    "POST /{language}/case": "Staff.open_case",
    "GET /{language}/case/{case}": "Staff.case Staff.items_of_case Staff.stated_items Staff.ways_to_write Staff.written",
    "POST /{language}/case/{case}/close": "Staff.close_case",
    "GET /{language}/case/{case}/asked": AGAIN,
    "GET /{language}/case/{case}/contact": AGAIN,
    "GET /{language}/case/{case}/contact/again": AGAIN,
    "POST /{language}/case/{case}/asked": "Staff.note_inquiry",
    "POST /{language}/case/{case}/contact": "Staff.write Staff.ask_to_write",
    "POST /{language}/case/{case}/contact/again": "Staff.write_again",
    "GET /{language}/case/{case}/find": AGAIN,
    "POST /{language}/case/{case}/find": "Staff.find_in_case",
    "GET /{language}/case/{case}/more-look-ups": AGAIN,
    "GET /{language}/case/{case}/not-again": AGAIN,
    "POST /{language}/case/{case}/more-look-ups": "Staff.ask_more_look_ups",
    "POST /{language}/case/{case}/not-again": "Staff.note_do_not_contact",
    "GET /{language}/case/{case}/open": AGAIN,
    "POST /{language}/case/{case}/open": "Staff.open_item",
    "GET /{language}/emergencies": "Staff.all_emergencies",
    "POST /{language}/emergencies": "Staff.open_emergency",
    "POST /{language}/emergencies/{case}": "Staff.review_emergency",
    "GET /{language}/instances": "Staff.all_instances",
    "POST /{language}/held": "Staff.try_channel",
    "POST /{language}/instances": "Staff.draft_instance",
    "GET /{language}/instances/{id}": "Staff.instance Staff.answers_counted Staff.answers Staff.entries Staff.winners",
    "POST /{language}/instances/{id} address": "Staff.open_prize_address",
    "POST /{language}/instances/{id} answer": "Staff.open_answer",
    "POST /{language}/instances/{id} arrived": "Staff.arrived",
    "POST /{language}/instances/{id} ask-check-in-list": "Staff.ask_check_in_list",
    "POST /{language}/instances/{id} ask-look-ups": "Staff.ask_more_look_ups",
    "POST /{language}/instances/{id} ask-publish-winners": "Staff.ask_publish",
    "POST /{language}/instances/{id} ask-questionnaire": "Staff.open_instance",
    "POST /{language}/instances/{id} close": "Staff.close_instance",
    "POST /{language}/instances/{id} count": "Staff.count_answers",
    "POST /{language}/instances/{id} delivered": "Staff.deliver_prize",
    "POST /{language}/instances/{id} draw": "Staff.draw_lots",
    "POST /{language}/instances/{id} entry": "Staff.open_entry",
    "POST /{language}/instances/{id} list": "Staff.check_in_list",
    "POST /{language}/instances/{id} open": "Staff.open_instance",
    "POST /{language}/instances/{id} publish": "Staff.publish",
    "POST /{language}/instances/{id} winner": "Staff.choose_winner",
    "GET /{language}/intake": "Staff.all_intakes Staff.intake Staff.all_parties",
    "POST /{language}/intake": "Staff.take_in",
    "POST /{language}/intake/{intake}": "Staff.try_intake_again",
    "GET /{language}/ledger": "Staff.ledger Kept.checkpoint Kept.ledger_key",
    "GET /{language}/legal": "Staff.all_disclosures",
    "POST /{language}/legal": "Staff.record_disclosure",
    "GET /{language}/legal/{id}": "Staff.disclosure",
    "POST /{language}/legal/{id} approve": "Staff.approve",
    "POST /{language}/legal/{id} ask": "Staff.ask_disclosure",
    "POST /{language}/legal/{id} fetch": "Staff.fetch_disclosure",
    "POST /{language}/legal/{id} go-on": "Staff.go_on_with_disclosure",
    "POST /{language}/legal/{id} paper": "Staff.read_disclosure",
    "POST /{language}/legal/{id} person": "Staff.name_person",
    "POST /{language}/legal/{id} read": "Staff.read_disclosure",
    "POST /{language}/legal/{id}/paper": "Staff.attach_paper",
    "GET /{language}/letters": "Staff.waiting_letters",
    "POST /{language}/letters": "Staff.fetch_letters",
    "GET /{language}/policy": "Staff.policy_versions",
    "POST /{language}/policy/activate": "Staff.activate Staff.approve",
    "GET /{language}/parties": "Staff.all_parties",
    "POST /{language}/parties": "Staff.ask_party",
    "POST /{language}/parties/{id} approve": "Staff.approve",
    "POST /{language}/parties/{id} object": "Staff.object_to_party",
    "GET /{language}/provision": "Staff.all_provisions Staff.open_recalls Staff.all_parties",
    "POST /{language}/provision": "Staff.ask_provision",
    "POST /{language}/provision/register": "Staff.show_register",
    "POST /{language}/provision/{id} approve": "Staff.approve",
    "POST /{language}/provision/{id} fetch": "Staff.fetch_provision",
    "POST /{language}/provision/{id} confirmed": "Staff.confirm_recall",
    "POST /{language}/provision/{id} mail": "Staff.mail_recall",
    "POST /{language}/provision/{id} recall": "Staff.fetch_recall",
    "GET /{language}/rights": "Staff.all_requests",
    "POST /{language}/rights": "Staff.open_request",
    "GET /{language}/rights/erased/{receipt}": "Staff.answer_request",
    "GET /{language}/rights/{id}": "Staff.request",
    "POST /{language}/rights/{id} add": "Staff.add_to_request",
    "POST /{language}/rights/{id} answer": "Staff.answer_request",
    "POST /{language}/rights/{id} approve": "Staff.approve",
    "POST /{language}/rights/{id} ask": "Staff.ask_request_approval",
    "POST /{language}/rights/{id} check": "Staff.check_identity",
    "POST /{language}/rights/{id} decide": "Staff.decide_request",
    "POST /{language}/rights/{id} fee": "Staff.note_request_fee",
    "POST /{language}/rights/{id} paper": "Staff.request_paper",
    "POST /{language}/rights/{id} read": "Staff.read_request",
    "POST /{language}/rights/{id} unshown": "Staff.answer_unshown",
    "POST /{language}/rights/{id} withhold": "Staff.withhold_from_copy",
    "POST /{language}/rights/{id}/paper": "Staff.put_request_paper",
    "GET /{language}/sign-in": "a program asks in its own form",
    "POST /{language}/sign-in": "Kept.staff",
    "POST /{language}/sign-out": "the end of `Kept.staff` signs out",
    "GET /{language}/statistics": "Staff.figure_offers Staff.all_figures",
    "POST /{language}/statistics": "Staff.ask_figure",
    "POST /{language}/statistics/build": "Staff.build_figures",
    "GET /{language}/statistics/{id}": "Staff.figure",
    "POST /{language}/statistics/{id} approve": "Staff.approve",
    "POST /{language}/statistics/{id} ask": "Staff.ask_release",
    "POST /{language}/statistics/{id} export": "Staff.export_figure",
    "GET /{language}/witnessed": "Staff.all_witnessed Staff.policy_versions",
    "GET /{language}/witnessed/new/{point}/{version}/{spoken}": "Staff.witnessed_form Staff.my_cases",
    "POST /{language}/witnessed/new/{point}/{version}/{spoken}": "Staff.enter_witnessed",
    "GET /{language}/witnessed/{id}": "Staff.witnessed",
    "POST /{language}/witnessed/{id}": "Staff.read_witnessed Staff.approve Staff.ask_witness_again Staff.disown_by_post",
}


def addresses(pages) -> list[str]:
    """Return every address of a host, a line for each step where a form takes steps."""
    found = []
    for one in pages:
        for method, door in one.doors():
            said = f"{method} {'/{language}' * one.spoken}{one.path}"
            found += [f"{said} {step}" for step in steps_of(door)] or [said]
    return found


def steps_of(door) -> list[str]:
    """Return the steps of a form that takes one on by named steps."""
    held = [cell.cell_contents for cell in door.answer.__closure__]
    owners = [one.__self__ for one in held if getattr(one, "__name__", "") == "_step"]
    return [step for one in owners for step in one.steps]


def names_in(said: str) -> list[str]:
    """Return the door's names of a line; none where it is a reason."""
    return [] if any(one.partition(".")[0] not in VIEWS for one in said.split()) else said.split()


VIEWS = ("Kept", "Person", "Desk", "Staff", "Operator")


@pytest.mark.parametrize(("pages", "table"), [(site.PAGES, SITE), (console.PAGES, CONSOLE)], ids=["site", "console"])
def test_each_page_has_a_name_of_the_door_or_a_reason(pages, table):
    """A new page or step that no program could do is red, and so is a line about one that is gone."""
    assert sorted(addresses(pages)) == sorted(table)


@pytest.mark.parametrize("said", sorted({*SITE.values(), *CONSOLE.values()}))
def test_each_name_is_one(said):
    """A name in the table is a public one; what is no name is a reason of several words."""
    names = names_in(said)
    assert names or len(said.split()) > 4, said
    for view, _, name in (one.partition(".") for one in names):
        assert name in names_of(getattr(kept, view)), f"{view}.{name}"


def test_every_name_of_the_staff_view_is_a_page_s():
    """The door has nothing the console has not, but the alarms of canaries, which the command line shows."""
    named = {one for said in CONSOLE.values() for one in names_in(said)}
    ours = {f"Staff.{one}" for one, what in vars(kept.Staff).items() if not one.startswith("_") and callable(what)}
    assert ours - named == {"Staff.canary_alarms", "Staff.acknowledge_alarm"}


LISTS = (
    "all_requests", "policy_versions", "board", "attestations", "ledger", "all_campaigns", "stop_counts", "held_channels",
    "all_provisions",
    "all_disclosures", "all_parties", "open_recalls", "all_intakes", "canary_alarms", "all_figures",
)  # fmt: skip


@pytest.mark.anyio
async def test_who_has_no_right_to_a_page_has_none_to_its_name(bakery):
    """The breach: a list of the console that asks nobody who they are, asked by a counter's clerk."""
    async with bakery.open() as k, k.staff(*await bakery.staff(k, "sato", "counter")) as staff:
        for name in LISTS:
            with pytest.raises(DeniedError):
                await getattr(staff, name)()
        for name in ("request", "campaign", "campaign_results", "disclosure", "figure", "intake", "try_intake_again",
                     "go_on_with_campaign", "go_on_with_disclosure"):  # fmt: skip
            with pytest.raises(DeniedError):
                await getattr(staff, name)("1")
        with pytest.raises(DeniedError):
            await staff.take_in(b"{}")
        with pytest.raises(DeniedError):
            await staff.acknowledge_alarm("1", "mistake")
        assert await staff.all_call_sheets() == []
        assert await staff.all_emergencies() == []
