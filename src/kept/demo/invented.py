"""The demo's invented people: two hundred and forty customers and three months of history, all of it made through the gate.

The clock is moved, nothing else: every account, form, case, look-up and refusal goes the way a real one goes.
"""

from __future__ import annotations

from dataclasses import dataclass

from kept import limits
from kept.channels.mail import MailServer
from kept.channels.mailbox import Mailbox
from kept.crypto.password import QUICK, Passwords
from kept.crypto.signature import SigningKey, new_seed
from kept.demo.addresses import confirm
from kept.demo.campaign import invent_campaign
from kept.demo.clock import MovedClock
from kept.demo.contact import invent_contact
from kept.demo.dice import dice
from kept.demo.instances import invent_instances
from kept.demo.parties import CLUB, COURT, PAPER, PARTNER, register_parties
from kept.demo.second import read_and_approve
from kept.demo.statistics import count_them, visit
from kept.errors import KeptError
from kept.policy.day import moment
from kept.policy.words import Exit
from kept.services.accounts import accounts
from kept.services.authorities import disclosure_bundle, disclosures, request_reading
from kept.services.authorities.disclosure_record import Terms
from kept.services.cases import cases, emergencies
from kept.services.engine.engine import Engine
from kept.services.engine.record import Actor
from kept.services.forms import collection
from kept.services.gate.own_session import Own
from kept.services.messages.call_sheets import PhoneDispatcher
from kept.services.messages.mail import MailDispatcher
from kept.services.messages.outbox import send_due
from kept.services.my_data import choices, erasure
from kept.services.staff import sessions
from kept.services.staff.attestations import attest
from kept.services.third_parties import intake, provisions
from kept.services.third_parties.intake_file import sign_file
from kept.services.third_parties.register import PROVISION, lines_of
from kept.services.upkeep.canary_planting import plant
from kept.services.upkeep.key_rotation import rotate
from kept.services.upkeep.sending import equip

CUSTOMER = "mori"
SITE = "http://localhost:8330"
CUSTOMERS = 240
SUPPORTED = 13
DAYS = 90
PICTURES = ("landscape", "food", "animals", "city", "sports")
GIVES_ITEM, GIVES_ADDRESS, TICKS_BOX, CONFIRMS = 0.7, 0.8, 0.35, 0.9


@dataclass(frozen=True, slots=True)
class Invented:
    """One of the demo's staff."""

    login: str
    roles: tuple[str, ...]
    title: str
    does: str


STAFF = (
    Invented(
        "sato",
        ("support",),
        "Support",
        "Answers customers: opens a case for contact, finds the person, sees what contact may see.",
    ),
    Invented(
        "kato",
        ("privacy",),
        "Privacy officer",
        "Answers for the promises: the board, attestations, rights requests, policy versions.",
    ),
    Invented(
        "abe",
        ("partners",),
        "Partners",
        "Provides to third parties what people consented to, after somebody else approved it.",
    ),
    Invented(
        "ito",
        ("contests",),
        "Contest desk",
        "Judges entries without names, draws lots anybody can check, sends prizes.",
    ),
    Invented(
        "hara",
        ("legal",),
        "Legal desk",
        "Answers what a law requires, within the scope of the request, after somebody else approved it.",
    ),
    Invented(
        "ume",
        ("marketing",),
        "Marketing",
        "Writes campaigns to who agreed and matches; sees counts and never who. Somebody else approves each.",
    ),
    Invented(
        "ono",
        ("privacy", "research"),
        "Second privacy officer",
        "Approves what needs two, and does research, which may look nobody up.",
    ),
)

FAMILY = (
    "Mori Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi "
    "Kato Yoshida Yamada Sasaki Matsumoto Inoue Kimura Hayashi Shimizu Yamazaki"
).split()
GIVEN = "Hanako Ren Yui Haruto Aoi Sota Rin Yuto Mei Daiki Sakura Kaito Hina Riku Mio Takumi Nana Kenta Emi Jun".split()
TOWNS = (
    ("kyoto", "604-8001 京都市中京区木屋町通 1-2"),
    ("tokyo", "150-0001 東京都渋谷区神宮前 3-4-5"),
    ("osaka", "530-0001 大阪市北区梅田 2-1"),
    ("hokkaido", "060-0001 札幌市中央区北一条西 2"),
    ("fukuoka", "810-0001 福岡市中央区天神 1-8"),
    ("nara", "630-8213 奈良市登大路町 30"),
)


async def invent(
    engine: Engine, clock: MovedClock, today: float, *, mailbox: Mailbox | None = None, site: str = SITE
) -> None:
    """Fill an empty installation.

    Args:
        engine: Open, with *clock* as its wall clock and the policy activated.
        clock: Moved from three months ago to *today*.
        today: Unix seconds.
        mailbox: Open; receives what is sent to the invented customers. None has its own, thrown away.
        site: Address of the customers' site, for the links in messages.
    """
    engine.passwords = Passwords(QUICK)
    receiver = mailbox or await Mailbox().open()
    server = MailServer("127.0.0.1", receiver.port)
    equip(engine, site, MailDispatcher(engine, server, site), PhoneDispatcher(engine))
    try:
        await _three_months(engine, clock, today)
    finally:
        await server.close()
        if mailbox is None:
            await receiver.close()


async def _three_months(engine: Engine, clock: MovedClock, today: float) -> None:
    for one in STAFF:
        await sessions.add_staff(engine, one.login, "invented words of the demo", one.roles, by="demo", who=one.login)
    partner_key = SigningKey(new_seed())
    await register_parties(engine, clock, partner_key.public)
    people: list[tuple[bytes, str]] = []
    joins = sorted(
        today - DAYS * limits.DAY + dice("joins", one).random() * (DAYS - 5) * limits.DAY for one in range(CUSTOMERS)
    )
    for number, when in enumerate(joins):
        clock.time = max(clock.time, when)
        people.append(await _join(engine, number))
        if number % (CUSTOMERS // SUPPORTED) == 2:  # noqa: PLR2004 -- now and then somebody writes to support
            clock.time += 3600
            await _support(engine, people[dice("support", number).randrange(len(people))][1])
        await engine.sequencer.integrate()
    clock.time = max(clock.time, today - 25 * limits.DAY)
    await rotate(engine, by="demo")
    await _provide(engine)
    await _disclose(engine)
    await _take_in(engine, people, partner_key)
    await plant(
        engine, {"name": "Ren Kawaguchi", "mail_address": "ren.k@example.jp", "phone": "090-5555-0142"}, by="demo"
    )
    clock.time = max(clock.time, today - 20 * limits.DAY)
    privacy = await sessions.session_of(engine, await sessions.start_demo_session(engine, "kato"))
    for promise in engine.policy.policy.attestations:
        if privacy is not None and promise.by in privacy.roles:
            await attest(engine, privacy, promise.id, "invented review note 2026-3")
    await invent_instances(engine, clock, today, people)
    clock.time = max(clock.time, today - 6 * limits.DAY)
    await _emergency(engine, clock)
    await visit(engine, today)
    clock.time = max(clock.time, today - 4 * limits.DAY)
    await count_them(engine)  # before six stop it: they are in this build, and not in the next
    clock.time = max(clock.time, today - 3 * limits.DAY)
    for person_id, address in dice("stop").sample(people, 6):
        own = await _own(engine, person_id)
        await choices.stop_use(engine, own, "market-research", stop=True)
        await _support(engine, address)
    clock.time = max(clock.time, today - 2 * limits.DAY)
    await invent_campaign(engine)
    await invent_contact(engine)
    clock.time = max(clock.time, today - 2 * 3600)
    await _support(engine, "mori@example.jp", ask="interests")
    await _leave(engine, people)
    await engine.put_meta(f"demo:{CUSTOMER}", people[0][0].hex())
    clock.time = max(clock.time, today - 60)
    await engine.sequencer.integrate()


async def _provide(engine: Engine) -> None:
    """The Picture Club gets what people consented to; nobody has its private key, since it is invented too."""
    asks = await sessions.session_of(engine, await sessions.start_demo_session(engine, "abe"))
    approves = await sessions.session_of(engine, await sessions.start_demo_session(engine, "kato"))
    if asks is not None and approves is not None:
        provision = await provisions.ask(engine, asks, CLUB)
        await read_and_approve(engine, approves, provisions.PROVIDING, provision)
        await provisions.fetch(engine, asks, provision)


async def _take_in(engine: Engine, people: list[tuple[bytes, str]], key: SigningKey) -> None:
    """An invented partner gave a fax number of three customers; for one of them it could not say what was agreed."""
    notice = (await collection.keep_notice(engine, "registration", "", "en")).id
    records: list[dict[str, object]] = []
    for number, (person_id, _) in enumerate(people[1:4]):
        login = await accounts.login_name_of(engine, person_id)
        statement = {
            "notice": notice,
            "to": engine.policy.policy.controller["name"],
            "given": moment(engine.clock.now() - limits.DAY),
            "how": "paper",
            "items": ["fax"],
        }
        records.append(
            {
                "login_name": login,
                "items": {"fax": f"075-200-{1000 + number}"},
                "statement": statement if number else None,
            }
        )
    file = sign_file(records, PARTNER, key, engine.clock.now())
    await intake.take_in(engine, file, by=Actor("staff", engine.actor_of("kato")))


async def _disclose(engine: Engine) -> None:
    """An invented court asked for two items of the first customer; she was told at once."""
    asks = await sessions.session_of(engine, await sessions.start_demo_session(engine, "hara"))
    approves = await sessions.session_of(engine, await sessions.start_demo_session(engine, "kato"))
    if asks is None or approves is None:
        return
    at = engine.clock.now()
    terms = Terms(
        COURT, "invented 12", "court-order", ("name", "postal_address", "phone", "fax"),
        at - 90 * limits.DAY, at, at, at + 14 * limits.DAY, told_from=0.0, waits_for="",
    )  # fmt: skip
    request = await disclosures.record(engine, asks, terms)
    await disclosures.name_person(engine, asks, request, criteria={"mail_address": "mori@example.jp"})
    await disclosures.attach_paper(engine, asks, request, PAPER)
    await disclosures.ask(engine, asks, request)
    read = await request_reading.read_request(engine, approves, request)
    await disclosures.DISCLOSING.approve(engine, approves, request, read.seen)
    await disclosure_bundle.fetch(engine, asks, request)


async def _emergency(engine: Engine, clock: MovedClock) -> None:
    """Nobody of support could be reached on a Sunday; the privacy officer borrowed their role, and somebody else looked at it."""
    opens = await sessions.session_of(engine, await sessions.start_demo_session(engine, "kato"))
    reviews = await sessions.session_of(engine, await sessions.start_demo_session(engine, "ono"))
    if opens is None or reviews is None:
        return
    case = await emergencies.open_emergency(
        engine,
        opens,
        purpose="contact",
        why="account-misused",
        text="A picture agency wrote that somebody orders in this customer's name. Support is closed until Monday.",
        criteria={"mail_address": "mori@example.jp"},
    )
    card = await cases.open_item(engine, opens, case, "phone")
    with card["phone"].open(Exit.SCREEN):
        clock.time += 240  # the privacy officer rings her up
    await cases.close_case(engine, opens, case)
    clock.time += 20 * 3600
    await emergencies.review(engine, reviews, case, "justified")


async def _leave(engine: Engine, people: list[tuple[bytes, str]]) -> None:
    """Somebody whose address the Picture Club has erased herself; what the register says of it stays."""
    for person_id, _ in people[1:]:
        if any(one.kind == PROVISION for one in await lines_of(engine, person_id)):
            await erasure.intend_erasure(engine, await _own(engine, person_id))
            return


async def _join(engine: Engine, number: int) -> tuple[bytes, str]:
    first = number == 0
    name = f"{FAMILY[number % len(FAMILY)]} {GIVEN[(number * 7 + number // len(FAMILY)) % len(GIVEN)]}"
    address = "mori@example.jp" if first else f"{name.split(maxsplit=1)[0].lower()}{number}@example.jp"
    language = "ja" if number % 3 else "en"
    issued = await accounts.join_with_password(engine, f"invented password {number}", language)
    own = await _own(engine, issued.person_id)
    town, born = TOWNS[number % len(TOWNS)], dice(number, "date_of_birth")
    given = {
        "name": name,
        "mail_address": address,
        "phone": f"090-{2000 + number:04d}-{(7000 + 13 * number) % 10_000:04d}",
        "postal_address": town[1],
        "prefecture": town[0],
        "occupation": dice(number, "occupation").choice(
            ("designer", "publisher", "advertiser", "teacher", "student", "other")
        ),
        "date_of_birth": f"{born.randint(1950, 2005)}-{born.randint(1, 12):02d}-{born.randint(1, 28):02d}",
    }
    keep = (
        set(given)
        if first
        else {item for item in given if dice(number, item, "gives").random() < GIVES_ITEM}
        | ({"mail_address"} if dice(number, "address", "gives").random() < GIVES_ADDRESS else set())
    )
    fields = [(item, text) for item, text in given.items() if item in keep]
    fields += [
        ("interests", one)
        for one in (("landscape", "seasons") if first else dice(number, "interests").sample(PICTURES, 2))
    ]
    form = await collection.present_form(engine, own, "registration", "", language)
    offered = [collection.box_value(box) for box in form.boxes]
    ticks = [
        one
        for one in offered
        if (first and one in {"information-for-you/mail/", f"{CLUB}//{CLUB}"})
        or (not first and dice(number, one, "ticks").random() < TICKS_BOX)
    ]
    await collection.submit(
        engine,
        own,
        point="registration",
        stage="",
        language=language,
        unverified_token=form.token,
        fields=fields + [("choice", one) for one in ticks],
    )
    if first or dice(number, "confirms").random() < CONFIRMS:
        await confirm(engine, own)
    await send_due(engine)  # whoever did not confirm has the message that asks, and no other
    return issued.person_id, address if "mail_address" in keep else ""


async def _own(engine: Engine, person_id: bytes) -> Own:
    found = await accounts.session_of(engine, await accounts.start_session(engine, person_id))
    if found is None:
        raise RuntimeError("a session just started was not found")
    return found


async def _support(engine: Engine, address: str, ask: str = "") -> None:
    token = await sessions.start_demo_session(engine, "sato")
    session = await sessions.session_of(engine, token)
    if session is None or not address:
        return
    case = await cases.open_case(engine, session, "contact")
    try:
        case = await cases.find_in_case(engine, session, case.id, {"mail_address": address})
        card = await cases.open_item(engine, session, case.id, "mail_address")
        with card["mail_address"].open(Exit.SCREEN):
            pass  # support looks at it
        if ask:
            await cases.open_item(engine, session, case.id, ask)
    except KeptError:
        pass  # refused, and recorded: that is part of the history
    await cases.close_case(engine, session, case.id)
