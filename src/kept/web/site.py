"""The customers' site: pictures, the policy, joining, registration, my data."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from kept.errors import InputError, KeptError, SignInError, SubmissionError
from kept.guarantees.board import promise_board
from kept.policy.flow import flow_svg
from kept.policy.jsonld import jsonld
from kept.policy.present import EXIT_TITLES
from kept.policy.render import render
from kept.policy.words import Exit
from kept.services.accounts import accounts, devices, passkeys, remember_me
from kept.services.authorities.notifications import disclosures_to_authorities
from kept.services.cases.contacts import ORIGIN, contacts_to
from kept.services.cases.emergencies import emergencies_about
from kept.services.cookies import visits
from kept.services.cookies.first_scan import first_scan
from kept.services.cookies.scan import newest_scan
from kept.services.forms import collection
from kept.services.forms.instance_record import standing
from kept.services.forms.receipts import moment, receipts_of
from kept.services.forms.reconsent import Question, asked_again, words_beside
from kept.services.gate.history import earlier_checkpoint, proof_of
from kept.services.gate.own_session import FRESH_SECONDS
from kept.services.instances.participations import parts_of
from kept.services.my_data import choices, corrections, erasure, portability
from kept.services.my_data.message_reasons import messages_to
from kept.services.my_data.own_data import OwnData, own_data
from kept.services.third_parties.recalls import provisions_to
from kept.web.answers import (
    Web,
    check_form_token,
    drop_cookie,
    drop_session,
    form_of,
    go,
    jar_of,
    language_of,
    page,
    put_choices,
    put_cookie,
    set_session,
)
from kept.web.cookies import interests_of
from kept.web.pictures import CATEGORIES, PICTURES, picture_of

SIGN_IN_TRIES = 10
"""For one account from one device, or from one address; three times as many from one address for all accounts."""
ACCOUNT_TRIES = 100
"""For one account from all addresses together: who has many of them is stopped as well."""
SIGN_IN_WINDOW_SECONDS = 600.0
OK = 200
GRACE_SECONDS = 7 * 86400.0


def routes() -> list[Route]:
    """Return the routes of the site; every page under both languages."""
    pages: list[tuple[str, Any, str]] = [
        ("", home, "GET"),
        ("/picture/{picture}", picture, "GET"),
        ("/policy", policy_page, "GET"),
        ("/policy.jsonld", policy_jsonld, "GET"),
        ("/join", join, "GET"),
        ("/join", join_with_password, "POST"),
        ("/join/passkey/begin", join_passkey_begin, "POST"),
        ("/join/passkey", join_passkey, "POST"),
        ("/sign-in", sign_in, "GET"),
        ("/sign-in", sign_in_with_password, "POST"),
        ("/sign-in/remembered", sign_in_remembered, "POST"),
        ("/sign-in/recovery", sign_in_with_code, "POST"),
        ("/sign-in/passkey/begin", sign_in_passkey_begin, "POST"),
        ("/sign-in/passkey", sign_in_passkey, "POST"),
        ("/sign-out", sign_out, "POST"),
        ("/registration", registration, "GET"),
        ("/registration", registration_submit, "POST"),
        ("/my-data", my_data, "GET"),
        ("/my-data/correct/{slot}", correct_form, "GET"),
        ("/my-data/correct/{slot}", correct_value, "POST"),
        ("/my-data/remove/{slot}", remove_value, "POST"),
        ("/my-data/choice", change_choice, "POST"),
        ("/my-data/stop", stop_use, "POST"),
        ("/my-data/take-along", take_along, "POST"),
        ("/my-data/erase", erase_preview, "GET"),
        ("/my-data/erase", erase, "POST"),
        ("/my-data/erase/undo", erase_undo, "POST"),
        ("/my-data/receipts", receipts, "GET"),
        ("/my-data/receipt/{receipt}.jsonld", receipt_file, "GET"),
        ("/my-data/proof/{entry}.tlog-proof", proof_file, "GET"),
        ("/my-data/verify/{entry}", verify_page, "GET"),
        ("/my-data/consistency/{older}", consistency, "GET"),
        ("/erasure/{receipt}", erasure_page, "GET"),
    ]
    found = [
        Route(f"/{language}{path}", act, methods=[method]) for language in ("en", "ja") for path, act, method in pages
    ]
    return [
        Route("/", root),
        Route("/ledger/key", ledger_key),
        Route("/ledger/checkpoint", ledger_checkpoint),
        Route("/.well-known/change-password", change_password),
        Route("/.well-known/passkey-endpoints", passkey_endpoints),
        Route("/.well-known/security.txt", security_txt),
        *found,
    ]


# -------------------------------------------------------------------- open to everybody


async def root(request: Request) -> Response:
    """Send the browser to its language."""
    return RedirectResponse(f"/{language_of(request)}", status_code=302)


async def home(request: Request) -> Response:
    """The pictures."""
    chosen = request.query_params.get("of", "")
    shown = [one for one in PICTURES if not chosen or chosen in one.categories]
    interests = interests_of(request)
    shown.sort(key=lambda one: -len(set(one.categories) & set(interests)))  # stable: the rest keeps its order
    answer = page(request, "home.html", pictures=shown, categories=CATEGORIES, chosen=chosen, interests=interests)
    return _count_visit(request, answer, "home", "filter" if chosen else "look")


async def picture(request: Request) -> Response:
    """One picture."""
    found = picture_of(request.path_params["picture"])
    if found is None:
        return page(request, "missing.html", 404)
    return _count_visit(request, page(request, "picture.html", picture=found), "picture")


async def policy_page(request: Request) -> Response:
    """The policy: summary, full text, in the margin what keeps each clause."""
    web: Web = request.app.state.web
    policy = web.engine.policy.policy
    language = language_of(request)
    answer = page(
        request,
        "policy.html",
        text=render(policy, language),
        board=await promise_board(web.engine, check=False) if policy.publish_states else None,
        flow=flow_svg(policy, language),
        scan=await newest_scan(web.engine),
        first=await first_scan(web.engine),
    )
    return _count_visit(request, answer, "policy")


async def policy_jsonld(request: Request) -> Response:
    """The policy as data."""
    web: Web = request.app.state.web
    return Response(
        json.dumps(jsonld(web.engine.policy.policy), ensure_ascii=False, indent=2), media_type="application/ld+json"
    )


async def ledger_key(request: Request) -> Response:
    """The ledger's published key."""
    web: Web = request.app.state.web
    return PlainTextResponse(f"{web.engine.sequencer.verifier}\n")


async def ledger_checkpoint(request: Request) -> Response:
    """The newest signed checkpoint."""
    web: Web = request.app.state.web
    return PlainTextResponse(web.engine.sequencer.note)


async def change_password(request: Request) -> Response:
    """Where a password is changed."""
    return RedirectResponse(f"/{language_of(request)}/sign-in#recovery", status_code=302)


async def passkey_endpoints(request: Request) -> Response:
    """Where passkeys are made and managed."""
    base = str(request.base_url).rstrip("/")
    return JSONResponse({"enroll": f"{base}/en/join", "manage": f"{base}/en/my-data"})


async def security_txt(request: Request) -> Response:
    """Where to report a weakness (RFC 9116)."""
    web: Web = request.app.state.web
    contact = web.engine.policy.policy.controller.get("contact", "")
    expires = moment((web.engine.clock.now() + 180 * 86400) // 86400 * 86400)
    return PlainTextResponse(f"Contact: mailto:{contact}\nExpires: {expires}\nPreferred-Languages: en, ja\n")


async def erasure_page(request: Request) -> Response:
    """The receipt of an erasure, by a number that names nobody."""
    web: Web = request.app.state.web
    found = await erasure.erasure_receipt(web.engine, request.path_params["receipt"])
    if found is None:
        return page(request, "missing.html", 404)
    return page(request, "erasure.html", receipt=found)


# -------------------------------------------------------------------- joining and signing in


async def join(request: Request) -> Response:
    """How to join."""
    return _count_visit(request, page(request, "join.html", error=None), "join")


async def join_with_password(request: Request) -> Response:
    """Join with an issued login name."""
    web: Web = request.app.state.web
    await web.limits.count("join", _address(request), most=20, seconds=3600)
    try:
        form = await form_of(request, ("password",))
        issued = await accounts.join_with_password(web.engine, form.get("password", ""), language_of(request))
    except SubmissionError as error:
        return page(request, "join.html", 422, error=error)
    token = await accounts.start_session(web.engine, issued.person_id)
    request.scope["state"]["session"] = await accounts.session_of(web.engine, token)
    return set_session(page(request, "issued.html", issued=issued), token)


async def join_passkey_begin(request: Request) -> Response:
    """Options for a new passkey."""
    web: Web = request.app.state.web
    await web.limits.count("join", _address(request), most=20, seconds=3600)
    return JSONResponse(passkeys.begin_join(web.engine, _host(request), web.brand))


async def join_passkey(request: Request) -> Response:
    """A new passkey, made by the browser."""
    web: Web = request.app.state.web
    form = await form_of(request, ("credential", "token"))
    person_id = await passkeys.finish_join(
        web.engine,
        form.get("credential", ""),
        form.get("token", ""),
        rp_id=_host(request),
        origin=_origin(request),
        language=language_of(request),
    )
    return set_session(
        JSONResponse({"go": f"/{language_of(request)}/registration"}),
        await accounts.start_session(web.engine, person_id),
    )


async def sign_in(request: Request) -> Response:
    """How to sign in."""
    return _sign_in_page(request, None, 200)


async def sign_in_with_password(request: Request) -> Response:
    """Sign in with login name and password."""
    web: Web = request.app.state.web
    form = await form_of(request, ("login_name", "password", "remember"))
    account = form.get("login_name", "")
    await _count_sign_in(request, account)
    try:
        person_id = await accounts.sign_in_with_password(web.engine, account, form.get("password", ""))
        token = await accounts.start_session(web.engine, person_id)
    except KeptError as error:
        return _sign_in_page(request, error, 401)
    answer = set_session(go(request, "/my-data"), token)
    await _know_device(request, answer, person_id, account)
    if form.get("remember") == "yes":  # ticked by them, beside what it means: that is the yes
        put_choices(request, answer, jar_of(request).allowed | {remember_me.PURPOSE})
        put_cookie(request, answer, remember_me.COOKIE, await remember_me.remember(web.engine, person_id))
    return answer


async def sign_in_remembered(request: Request) -> Response:
    """Sign in with a remembered device: one press instead of a password."""
    web: Web = request.app.state.web
    await form_of(request, ())
    await web.limits.count("sign-in", _address(request), most=SIGN_IN_TRIES * 3, seconds=SIGN_IN_WINDOW_SECONDS)
    jar = jar_of(request)
    sent = jar.value(remember_me.COOKIE, purpose=remember_me.PURPOSE) if jar.has(remember_me.COOKIE) else ""
    try:
        token, following = await remember_me.sign_in_remembered(web.engine, sent)
    except SignInError as error:
        return drop_cookie(_sign_in_page(request, error, 401), remember_me.COOKIE)
    answer = set_session(go(request, "/my-data"), token)
    return put_cookie(request, answer, remember_me.COOKIE, following) if following else answer


async def sign_in_with_code(request: Request) -> Response:
    """Sign in with a recovery code and set a new password."""
    web: Web = request.app.state.web
    form = await form_of(request, ("login_name", "code", "password"))
    await _count_sign_in(request, form.get("login_name", ""))
    try:
        person_id = await accounts.sign_in_with_recovery_code(
            web.engine, form.get("login_name", ""), form.get("code", ""), form.get("password", "")
        )
        token = await accounts.start_session(web.engine, person_id)
    except KeptError as error:
        return _sign_in_page(request, error, 401)
    answer = set_session(go(request, "/my-data"), token)
    await _know_device(request, answer, person_id, form.get("login_name", ""))
    return answer


async def sign_in_passkey_begin(request: Request) -> Response:
    """Options for signing in with a passkey."""
    web: Web = request.app.state.web
    return JSONResponse(passkeys.begin_sign_in(web.engine, _host(request)))


async def sign_in_passkey(request: Request) -> Response:
    """A passkey's answer."""
    web: Web = request.app.state.web
    form = await form_of(request, ("credential", "token"))
    await web.limits.count("sign-in", _address(request), most=SIGN_IN_TRIES * 3, seconds=SIGN_IN_WINDOW_SECONDS)
    person_id = await passkeys.finish_sign_in(
        web.engine, form.get("credential", ""), form.get("token", ""), rp_id=_host(request), origin=_origin(request)
    )
    answer = set_session(
        JSONResponse({"go": f"/{language_of(request)}/my-data"}), await accounts.start_session(web.engine, person_id)
    )
    await _know_device(request, answer, person_id, person_id.hex())
    return answer


async def sign_out(request: Request) -> Response:
    """Sign out here, or everywhere."""
    web: Web = request.app.state.web
    form = await form_of(request, ("everywhere",))
    own = request.scope["state"].get("session")
    if own is not None:
        await accounts.end_session(web.engine, own, everywhere=form.get("everywhere") == "yes")
    answer = drop_session(go(request, ""))
    jar = jar_of(request)
    if jar.has(remember_me.COOKIE):  # who signs out does not want to be remembered here
        await remember_me.forget_cookie(web.engine, jar.value(remember_me.COOKIE, purpose=remember_me.PURPOSE))
        drop_cookie(answer, remember_me.COOKIE)
    return answer


def _sign_in_page(request: Request, error: KeptError | None, status: int) -> Response:
    return page(
        request,
        "sign_in.html",
        status,
        error=error,
        remembered=error is None and jar_of(request).has(remember_me.COOKIE),
    )


async def _know_device(request: Request, answer: Response, person_id: bytes, account: str) -> None:
    """Give a device that signed in its mark; one not seen before stands on my data."""
    web: Web = request.app.state.web
    if not _device(request, account):
        await devices.note_new_device(web.engine, person_id)
        put_cookie(request, answer, devices.COOKIE, devices.new_device(web.engine, account))


def _device(request: Request, account: str) -> str:
    web: Web = request.app.state.web
    jar = jar_of(request)
    sent = jar.value(devices.COOKIE, purpose=devices.PURPOSE) if jar.has(devices.COOKIE) else ""
    return devices.known_device(web.engine, sent, account)


# -------------------------------------------------------------------- registration


async def registration(request: Request) -> Response:
    """The registration form: notice first."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/join")
    return _count_visit(request, await _registration_form(web, request, None, {}, 200), "registration")


async def registration_submit(request: Request) -> Response:
    """What a person chose to give."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    form = await request.form(max_files=0, max_fields=300)
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    check_form_token(request, next((value for name, value in fields if name == "form_token"), ""))
    token = next((value for name, value in fields if name == "notice_token"), "")
    given = [one for one in fields if one[0] not in {"notice_token", "form_token"}]
    try:
        receipt = await collection.submit(
            web.engine,
            own,
            point="registration",
            stage="",
            language=language_of(request),
            unverified_token=token,
            fields=given,
        )
    except SubmissionError as error:
        typed: dict[str, list[str]] = {}
        for name, value in given:
            typed.setdefault(name, []).append(value)
        return await _registration_form(web, request, error, typed, 422)
    return page(request, "receipt.html", receipt=receipt.record, receipt_id=receipt.id)


async def _registration_form(
    web: Web, request: Request, error: SubmissionError | None, typed: dict[str, list[str]], status: int
) -> Response:
    own = _own(request)
    shown = await collection.present_form(web.engine, "registration", "", language_of(request))
    person = await web.engine.people.load(own.person_id) if own else None
    again: dict[str, list[Question]] = {}
    asked = await asked_again(web.engine, own.person_id) if own else []
    for one in asked:
        again.setdefault(one.item, []).append(one)
    beside = await words_beside(web.engine, own.person_id, asked, language_of(request)) if own else {}
    return page(
        request,
        "registration.html",
        status,
        form=shown,
        error=error,
        typed=typed,
        box_value=collection.box_value,
        given=tuple(person.state.slots) if person else (),
        again=again,
        beside=beside,
    )


# -------------------------------------------------------------------- my data


async def my_data(request: Request) -> Response:
    """What is held, why, until when, and who used it."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    mine = await own_data(web.engine, own, older=request.query_params.get("older", ""))
    return page(
        request,
        "my_data.html",
        mine=mine,
        policy_now=web.engine.policy.policy,
        exit_titles=EXIT_TITLES,
        fresh=web.engine.clock.now() - own.signed_in_at < FRESH_SECONDS,
        sentence=sentence,
        devices=await remember_me.devices_of(web.engine, own),
        provided=await provisions_to(web.engine, own.person_id),
        contacts=await contacts_to(web.engine, own.person_id),
        asked_again=await asked_again(web.engine, own.person_id),
        parts_taken=await parts_of(web.engine, own.person_id),
        answers=await _answers(web, mine, language_of(request)),
        disclosed=await disclosures_to_authorities(web.engine, own.person_id),
        emergencies=await emergencies_about(web.engine, own.person_id),
        messages=[
            one for one in await messages_to(web.engine, own.person_id, language_of(request)) if one.origin != ORIGIN
        ],
    )


async def _answers(web: Web, mine: OwnData, language: str) -> dict[str, list[tuple[str, str]]]:
    """Return, for values that are answers, each question with its answer as the person reads it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for held in mine.held:
        instance = held.slot.partition("#")[2]
        if not instance or isinstance(held.value, str):
            continue
        file = (await standing(web.engine, instance)).file
        for line in held.value:
            name, _, answer = line.partition("=")
            question = file.question(name)
            if question is not None:
                said = question.options.get(answer, {}).get(language, answer)
                found.setdefault(held.slot, []).append((question.ask[language], said))
    return found


async def correct_form(request: Request) -> Response:
    """Correct one value."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    return await _correct_form(web, request, request.path_params["slot"], None, 200)


async def correct_value(request: Request) -> Response:
    """A corrected value."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    slot = request.path_params["slot"]
    form = await form_of(request, ("version",), several=("value",))
    values = form.get("value", "").split("\n") if form.get("value") else [""]
    try:
        await corrections.correct(
            web.engine,
            own,
            slot,
            values if len(values) > 1 or _is_list(web, slot) else values[0],
            expected_version=int(form.get("version", "0")) if form.get("version", "").isdigit() else 0,
        )
    except SubmissionError as error:
        return await _correct_form(web, request, slot, error, 422)
    return go(request, "/my-data")


async def _correct_form(web: Web, request: Request, slot: str, error: SubmissionError | None, status: int) -> Response:
    own = _own(request)
    item = web.engine.policy.policy.items.get(slot.partition("#")[0])
    mine = await own_data(web.engine, own) if own else None
    held = next((one for one in mine.held if one.slot == slot), None) if mine else None
    if item is None or held is None:
        return page(request, "missing.html", 404)
    return page(request, "correct.html", status, item=item, held=held, error=error)


def _is_list(web: Web, slot: str) -> bool:
    item = web.engine.policy.policy.items.get(slot.partition("#")[0])
    return item is not None and item.type.value == "some-of"


async def remove_value(request: Request) -> Response:
    """Take one value away."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    await form_of(request, ())
    await corrections.remove_value(web.engine, own, request.path_params["slot"])
    return go(request, "/my-data")


async def change_choice(request: Request) -> Response:
    """A yes or a no."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("purpose", "exit", "allow"))
    way_out = Exit(form["exit"]) if form.get("exit") in {one.value for one in Exit} else None
    await choices.choose(web.engine, own, form.get("purpose", ""), way_out, allow=form.get("allow") == "yes")
    return go(request, "/my-data#choices")


async def stop_use(request: Request) -> Response:
    """Stop a use, or resume it."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("purpose", "stop"))
    await choices.stop_use(web.engine, own, form.get("purpose", ""), stop=form.get("stop") == "yes")
    return go(request, "/my-data#choices")


async def take_along(request: Request) -> Response:
    """Everything, as a ZIP."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    await form_of(request, ())
    packed = await portability.take_along(web.engine, own, language_of(request))
    return Response(
        packed, media_type="application/zip", headers={"content-disposition": 'attachment; filename="my-data.zip"'}
    )


async def erase_preview(request: Request) -> Response:
    """What an erasure takes and leaves."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    return page(
        request,
        "erase.html",
        preview=await erasure.preview(web.engine, own.person_id),
        items=web.engine.policy.policy.items,
        fresh=web.engine.clock.now() - own.signed_in_at < FRESH_SECONDS,
    )


async def erase(request: Request) -> Response:
    """Erase now, or after a week in which it can be undone."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    form = await form_of(request, ("when", "never"))
    now = form.get("when") == "now"
    receipt = await erasure.intend_erasure(
        web.engine, own, grace_seconds=0 if now else GRACE_SECONDS, never_write=form.get("never") == "yes"
    )
    return drop_session(go(request, f"/erasure/{receipt}")) if now else go(request, "/my-data")


async def erase_undo(request: Request) -> Response:
    """Undo an erasure that waits."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    await form_of(request, ())
    await erasure.undo_erasure(web.engine, own)
    return go(request, "/my-data")


async def receipts(request: Request) -> Response:
    """The receipts given to the person."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    return page(request, "receipts.html", receipts=await receipts_of(web.engine, own))


async def receipt_file(request: Request) -> Response:
    """One receipt, JSON-LD."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    for receipt, _, _ in await receipts_of(web.engine, own):
        if receipt.id == request.path_params["receipt"]:
            return Response(
                json.dumps(receipt.record, ensure_ascii=False, indent=2),
                media_type="application/ld+json",
                headers={"content-disposition": f'attachment; filename="receipt-{receipt.id[:8]}.jsonld"'},
            )
    return page(request, "missing.html", 404)


async def proof_file(request: Request) -> Response:
    """One proof, for checking without this page."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    proof = await proof_of(web.engine, own, request.path_params["entry"])
    return PlainTextResponse(
        proof.text(),
        headers={"content-disposition": f'attachment; filename="{request.path_params["entry"][:12]}.tlog-proof"'},
    )


async def verify_page(request: Request) -> Response:
    """Verify one line in the browser."""
    web: Web = request.app.state.web
    own = _own(request)
    if own is None:
        return go(request, "/sign-in")
    entry = request.path_params["entry"]
    try:
        proof = await proof_of(web.engine, own, entry)
    except InputError as error:
        if error.reason != "entry-pending":
            raise
        return page(request, "verify.html", proof=None, entry=entry, key=str(web.engine.sequencer.verifier), older="")
    return page(
        request,
        "verify.html",
        proof=proof.text(),
        entry=entry,
        key=str(web.engine.sequencer.verifier),
        older=await earlier_checkpoint(web.engine, proof.index),
    )


async def consistency(request: Request) -> Response:
    """The proof that the log of today extends that of an older checkpoint."""
    web: Web = request.app.state.web
    older = request.path_params["older"]
    checkpoint = web.engine.sequencer.checkpoint
    if not older.isdigit() or checkpoint is None or int(older) > checkpoint.size:
        return page(request, "missing.html", 404)
    hashes = await web.engine.sequencer.consistency(int(older), checkpoint.size)
    return JSONResponse({"hashes": [one.hex() for one in hashes], "checkpoint": web.engine.sequencer.note})


# -------------------------------------------------------------------- small things


def sentence(line: Any, language: str, policy: Any) -> tuple[str, str]:
    """Return what a line of the history says: a sentence and its small print (both by message id, to be translated)."""
    said = line.account
    role = policy.roles[said.role].titles.get(language, said.role) if said.role in policy.roles else said.role
    purpose = policy.purposes[said.purpose].titles.get(language, "") if said.purpose in policy.purposes else ""
    return role, purpose


def _own(request: Request) -> Any:
    return request.scope["state"].get("session")


def _host(request: Request) -> str:
    return request.url.hostname or ""


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _address(request: Request) -> str:
    """Return what attempts are counted under: the address, or the network of 64 bits one customer has of IPv6."""
    said = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(said.partition("%")[0])
    except ValueError:
        return said
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))


async def _count_sign_in(request: Request, account: str) -> None:
    web: Web = request.app.state.web
    await web.limits.count("sign-in", _address(request), most=SIGN_IN_TRIES * 3, seconds=SIGN_IN_WINDOW_SECONDS)
    device, name = _device(request, account), account.strip().lower()
    if device:  # counted apart: a stranger who guesses does not lock the owner out
        await web.limits.count("sign-in-device", device, most=SIGN_IN_TRIES, seconds=SIGN_IN_WINDOW_SECONDS)
        return
    here = f"{name}\n{_address(request)}"  # nor does one who guesses elsewhere, on a device not seen before
    await web.limits.count("sign-in-here", here, most=SIGN_IN_TRIES, seconds=SIGN_IN_WINDOW_SECONDS)
    await web.limits.count("sign-in-account", name, most=ACCOUNT_TRIES, seconds=SIGN_IN_WINDOW_SECONDS)


def _count_visit(request: Request, answer: Response, of: str, feature: str = "look") -> Response:
    """Count a look at a page, where this browser agreed to be counted."""
    web: Web = request.app.state.web
    jar = jar_of(request)
    if visits.PURPOSE in jar.allowed and request.method == "GET" and answer.status_code == OK:
        sent = jar.value(visits.COOKIE, purpose=visits.PURPOSE) if jar.has(visits.COOKIE) else ""
        following = web.visits.count(of, feature, sent)
        if following:
            put_cookie(request, answer, visits.COOKIE, following)
    return answer
