"""§2.4, §2.7: whatever somebody leaves empty, fills or lends, in whatever state, both languages: answered, and never half done.

Customers and staff act in an order that Hypothesis chooses, through the pages of both hosts. Every answer is one of a page
(never a 5xx), an answer that refuses has changed nothing that counts, and a prize once claimed can be sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from asked import CONSOLE, Browser
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from installation import NAME, Installation
from second import read_and_approve
from taking import CONTEST, DAY, EVENT, SURVEY, SWEEPSTAKE

from kept.errors import ConflictError, InputError, KeptError
from kept.services.instances import instances
from kept.services.instances.instances import close_due, end_instances
from kept.services.my_data import choices, corrections, erasure
from kept.services.staff import sessions
from kept.services.upkeep.retention import sweep

KINDS = {"survey": (SURVEY, "research"), "caption": (CONTEST, "contests"), "calendar": (SWEEPSTAKE, "contests"),
         "afternoon": (EVENT, "support")}  # fmt: skip
VALUES = {
    "name": NAME, "mail_address": "mori@example.jp", "postal_address": "604-8001 京都市中京区木屋町通 1-2",
    "phone": "090-1234-5678", "entry": "Green", "answer.how": "words", "answer.content": "3", "answer.wish": "More winter",
}  # fmt: skip
LENT = ("name", "mail_address", "postal_address", "phone")
COUNTS = ("state", "value", "participation", "ticket", "instance", "draw", "publication", "receipt", "result")
"""Tables of what counts; the ledger, notices and cookies' limits go on where something is refused."""
NUMBER = "38,283.85"
LANGUAGES = st.sampled_from(["en", "ja"])
INSTANCES = st.sampled_from(list(KINDS))
PEOPLE = st.integers(0, 3)
STEPS = st.sampled_from(
    [
        "open",
        "close",
        "count",
        "publish",
        "list",
        "draw",
        "answer",
        "entry",
        "address",
        "winner",
        "delivered",
        "arrived",
    ]
)


class EveryState(RuleBasedStateMachine):
    """Customers, staff, time; and what must hold after each of their acts."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="kept-every-state-"))
        self.installation = Installation(self.folder)
        self.run(self.installation.open())
        self.people: list = []
        self.site: list[Browser] = []
        self.staff: dict[str, Browser] = {}

    def run(self, act):
        """Run something asynchronous."""
        return self.runner.run(act)

    def teardown(self) -> None:
        """Close everything; this example's files go."""
        self.run(self.installation.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    @initialize(since=st.sampled_from(["draft", "open", "drawn"]))
    def begin(self, since: str) -> None:
        """One of each kind, made on the console, as drafts, open, or with the sweepstake drawn; four customers.

        Two of them gave something at registration.
        """
        for name, (file, role) in KINDS.items():
            self.staff[name] = self.run(self._desk(f"desk-{name}", role))
            self.run(self.staff[name].get("/en/instances"))
            assert self.run(self.staff[name].post("/en/instances", file=file)).status_code == 303
            if since != "draft":
                assert self.run(self.staff[name].post(f"/en/instances/{name}", step="open")).status_code == 303
        self.second = self.run(self.installation.staff("second", ("privacy",)))
        self.approve()
        opened = self.installation.sql("SELECT COUNT(*) FROM instance WHERE status = 'open'")
        assert opened == [(0 if since == "draft" else len(KINDS),)]
        for given in ((), (), ("name", "postal_address"), LENT):
            own = self.run(self.installation.join())
            if given:
                self.run(self.installation.give(own, [(item, VALUES[item]) for item in given]))
            self.people.append(own)
            self.site.append(self.run(self._site(own)))
        if since == "drawn":
            self.draw(4)

    async def _site(self, own) -> Browser:
        browser = Browser(self.installation)
        await browser.sign_in(own)
        return browser

    async def _desk(self, login: str, role: str) -> Browser:
        await self.installation.staff(login, (role,))
        browser = Browser(self.installation, at=CONSOLE)
        browser.cookies["__Host-kept_session"] = await sessions.start_demo_session(self.installation.engine, login)
        return browser

    def counts(self) -> dict[str, list[tuple]]:
        """What counts, as it lies in the database."""
        return {one: sorted(map(repr, self.installation.sql(f"SELECT * FROM {one}"))) for one in COUNTS}  # noqa: S608 -- ours

    def answered(self, browser: Browser, path: str, **fields):
        """Send a form; whatever the answer, it is one of ours, and a refusal has changed nothing."""
        before = self.counts()
        answer = self.run(browser.post(path, **fields))
        assert answer.status_code < 500, (path, fields, answer.text[-2000:])
        if answer.status_code >= 400:
            assert self.counts() == before, (path, fields)
        return answer

    def status(self, person: int, instance: str) -> str:
        """What became of somebody's part; empty for none."""
        rows = self.installation.sql(
            "SELECT status FROM participation WHERE person_id = ? AND instance_id = ?",
            self.people[person].person_id, instance,
        )  # fmt: skip
        return rows[0][0] if rows else ""

    @rule(
        person=PEOPLE, instance=INSTANCES, language=LANGUAGES, filled=st.sets(st.sampled_from(list(VALUES))),
        lent=st.sets(st.sampled_from(LENT)), shown=st.sets(st.sampled_from(["entry", "name"])), ticked=st.booleans(),
    )  # fmt: skip
    def take_part(self, person, instance, language, filled, lent, shown, ticked) -> None:  # noqa: PLR0913 -- a form has these
        """Somebody sends the form of an instance as it stands: each field empty, filled or lent."""
        browser, path = self.site[person], f"/{language}/take-part/{instance}"
        page = self.run(browser.get(path))
        assert page.status_code < 500, page.text[-2000:]
        token = re.search(r'name="notice_token" value="([^"]+)"', page.text)
        offered = set(re.findall(r' name="([a-z_.]+)"', page.text))
        lendable = set(re.findall(r'name="use" value="([a-z_]+)"', page.text))
        shows = set(re.findall(r'name="publish" value="([a-z_]+)"', page.text))
        boxes = [html.unescape(one) for one in re.findall(r'name="choice" value="([^"]+)"', page.text)]
        before = self.status(person, instance)
        fields = {one: VALUES[one] for one in filled & offered}
        sent = self.answered(
            browser, path, **fields, use=sorted(lent & lendable), publish=sorted(shown & shows),
            choice=boxes if ticked else [], notice_token=token[1] if token else "",
        )  # fmt: skip
        after = self.status(person, instance)
        if sent.status_code < 400:
            assert (before, after) in {("", "in"), ("won", "claimed")}
            if after == "claimed":
                self.can_be_sent(person, instance, fields, lent & lendable)
        else:
            assert after == before

    def can_be_sent(self, person: int, instance: str, filled: dict[str, str], lent: set[str]) -> None:
        """Staff see where this winner's prize may go: what was filled, or lent."""
        ((number,),) = self.installation.sql(
            "SELECT number FROM participation WHERE person_id = ? AND instance_id = ?",
            self.people[person].person_id, instance,
        )  # fmt: skip
        answer = self.answered(self.staff[instance], f"/en/instances/{instance}", step="address", number=number)
        assert answer.status_code == 200
        shown = html.unescape(answer.text)
        for item in ({*filled, *lent}) & {"postal_address", "phone"}:
            assert VALUES[item][-4:] in shown, (item, shown[-3000:])

    @rule(person=PEOPLE, instance=INSTANCES, language=LANGUAGES)
    def leave(self, person, instance, language) -> None:
        """Somebody leaves."""
        self.run(self.site[person].get(f"/{language}/take-part/{instance}"))
        self.answered(self.site[person], f"/{language}/take-part/{instance}/leave")

    @rule(instance=INSTANCES, step=STEPS, which=st.integers(0, 3), language=LANGUAGES)
    def staff_step(self, instance, step, which, language) -> None:
        """Staff take any step, in any state, of any number."""
        rows = self.installation.sql("SELECT number FROM participation WHERE instance_id = ? ORDER BY number", instance)
        number = rows[which % len(rows)][0] if rows else "none"
        desk = self.staff[instance]
        self.run(desk.get(f"/{language}/instances/{instance}"))
        self.answered(desk, f"/{language}/instances/{instance}", step=step, number=number, public_number=NUMBER)

    @rule()
    def approve(self) -> None:
        """A second member of staff reads the questions that wait, and opens the questionnaire; or there are none."""
        with contextlib.suppress(ConflictError, InputError):
            self.run(read_and_approve(instances.OPENING, self.installation.engine, self.second, "survey"))

    @rule(enough=st.integers(2, 4))
    def draw(self, enough) -> None:
        """A sweepstake runs to its draw: entered by some, closed, its day come, drawn."""
        for person in range(enough):
            self.take_part(person, "calendar", "en", set(), set(), set(), ticked=False)
        self.staff_step("calendar", "close", 0, "ja")
        self.installation.wall.pass_(max(0.0, 1_806_710_400 - self.installation.engine.clock.now()))  # 2027-04-03
        self.installation.engine.clock.confirm_leap()
        self.sign_in_anew()
        self.staff_step("calendar", "draw", 0, "en")

    @rule(
        which=PEOPLE, language=LANGUAGES, filled=st.sets(st.sampled_from(LENT)), lent=st.sets(st.sampled_from(LENT)),
        ticked=st.booleans(),
    )  # fmt: skip
    def claim(self, which, language, filled, lent, ticked) -> None:
        """A winner says where the prize may go: with nothing, with what was given before, with something new.

        Who wins is drawn by the installation; so which acts are chosen never depends on it, and without a winner nothing is done.
        """
        if not (winners := self.winners()):
            return
        self.take_part(winners[which % len(winners)], "calendar", language, filled - lent, lent, set(), ticked=ticked)

    def winners(self) -> list[int]:
        """Who won, and has not answered."""
        return [person for person in range(len(self.people)) if self.status(person, "calendar") == "won"]

    @rule(person=PEOPLE, item=st.sampled_from(LENT))
    def remove(self, person, item) -> None:
        """Somebody takes a value away on my data."""
        self.mine(person, lambda own: corrections.remove_value(self.installation.engine, own, item))

    @rule(
        person=PEOPLE, purpose=st.sampled_from(["prize-delivery", "event", "contest", "feedback"]), stop=st.booleans()
    )
    def stop(self, person, purpose, stop) -> None:
        """Somebody stops a use, or resumes it."""
        self.mine(person, lambda own: choices.stop_use(self.installation.engine, own, purpose, stop=stop))

    @rule(person=PEOPLE)
    def erase(self, person) -> None:
        """Somebody is erased; a newcomer sits down at their browser."""
        self.mine(person, lambda own: erasure.intend_erasure(self.installation.engine, own))
        self.people[person] = self.run(self.installation.join())
        self.run(self.site[person].sign_in(self.people[person]))

    def mine(self, person: int, act) -> None:
        """Do something on my data, with a fresh sign-in; what does not fit is refused in our words."""
        with contextlib.suppress(KeptError):
            self.run(act(self.run(self.installation.session(self.people[person].person_id))))

    @rule(days=st.sampled_from([1, 31, 130, 400]))
    def wait(self, days) -> None:
        """Time passes; the installation closes, ends and removes by itself."""
        self.installation.wall.pass_(days * DAY)
        self.installation.engine.clock.confirm_leap()
        for act in (close_due, end_instances, sweep):
            self.run(act(self.installation.engine))
        self.sign_in_anew()

    def sign_in_anew(self) -> None:
        """Everybody signs in again."""
        for own, browser in zip(self.people, self.site, strict=True):
            self.run(browser.sign_in(own))
        for name in KINDS:
            token = self.run(sessions.start_demo_session(self.installation.engine, f"desk-{name}"))
            self.staff[name].cookies["__Host-kept_session"] = token

    @invariant()
    def every_page_is_shown(self) -> None:
        """Each instance's page is a page, for somebody who takes part and for staff; in one language each time."""
        for turn, name in enumerate(KINDS if self.people else ()):
            language = ("en", "ja")[turn % 2]
            for browser, path in ((self.site[turn], "take-part"), (self.staff[name], "instances")):
                answer = self.run(browser.get(f"/{language}/{path}/{name}"))
                assert answer.status_code in {200, 404}, (path, name, answer.text[-2000:])


EveryState.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # 25 steps are read as they are: a shorter story takes minutes
)
TestEveryState = pytest.mark.slow(EveryState.TestCase)
