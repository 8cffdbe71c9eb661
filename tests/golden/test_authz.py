"""Who may open what, by which way out: the whole matrix of the Photolibrary policy as a text one can review.

`make golden` writes it anew; the difference then stands in the review.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

from kept import guarantees
from kept.policy import change, present, reference
from kept.policy.channel import CHANNELS
from kept.policy.decide import Evaluator
from kept.policy.decision import Allowed, LawRequest, Mandate, Request
from kept.policy.needs import NEEDED
from kept.policy.person import PersonState
from kept.policy.read import read_policy
from kept.policy.words import Exit, Source
from kept.services.cases.emergencies import lendable
from kept.services.staff.sessions import StaffSession

FOLDER = Path(__file__).parents[2] / "policies"
GOLDEN = Path(__file__).with_name("authz.txt")
NOW = 1_800_000_000.0
MORI = b"m" * 16
HEAD = """\
Who may open what: every role x purpose x item x way out of the Photolibrary policy, version {version}.

Decided about one person who gave every item on a form that asked for it, all at the latest offer:
  items        released whatever the person ticked
  +items       released only once the person ticked the box for it
  (reason)     refused for every item, though everything was ticked: step, reason, clause
A way out that is not listed for a purpose is refused at step 7. Roles not listed for a purpose are refused at step 1.
"""


def _given(policy):
    """One person for each point that asks for an item, so that every notice has its say; ticked and not."""
    notices = {}
    people = {}
    for point in policy.points.values():
        for stage, items in point.stages.items():
            notice = present.build_notice(policy, point.id, stage, "en")
            notices[notice.id] = notice
            for item in items:
                slot = f"{item}#one" if policy.items[item].per_instance else item
                silent = change.fill(
                    PersonState(1, "active", NOW, NOW),
                    [slot],
                    notice_id=notice.id,
                    point=point.id,
                    source=Source.OWN_SESSION,
                    key_id="k",
                    at=NOW,
                )
                silent = change.confirm(silent, slot, NOW)
                boxes = present.boxes(policy, point.id, "en", stage)
                ticked = change.grant(
                    silent,
                    {
                        one: [box.exit for box in boxes if box.purpose == one and box.exit]
                        for one in {b.purpose for b in boxes}
                    },
                    notice_id=notice.id,
                    slots=[slot],
                    recipients={box.purpose: [box.recipient] for box in boxes if box.recipient},
                    at=NOW,
                )
                people.setdefault(item, []).append((slot, silent, ticked))
    return notices, people


class Matrix:
    """Asks both evaluators every question there is."""

    def __init__(self, policy):
        self.policy = policy
        self.evaluator = Evaluator(policy)
        self.notices, self.people = _given(policy)
        self.law = LawRequest(frozenset({MORI}), frozenset(policy.items), 0.0, NOW)

    def ask(self, mandate, slot, way_out, state):
        """Return the answer both give, to the most helpful recipient."""
        to = {Exit.PROVISION: self.policy.recipients, Exit.PROCESSOR: self.policy.processors}.get(way_out) or ("",)
        answers = []
        for recipient in to:
            request = Request(
                mandate, MORI, slot, way_out, NOW, recipient, self.law if way_out is Exit.LEGAL_BUNDLE else None
            )
            answer = reference.decide(self.policy, request, state, self.notices)
            assert self.evaluator.decide(request, state, self.notices) == answer
            answers.append(answer)
        return next((one for one in answers if isinstance(one, Allowed)), answers[0])

    def cell(self, mandate, item, way_out):
        """Return `item`, `+item`, or the refusal of one role, purpose, item and way out."""
        refused = ""
        for slot, silent, ticked in self.people.get(item, ()):
            if isinstance(self.ask(mandate, slot, way_out, silent), Allowed):
                return item, ""
            answer = self.ask(mandate, slot, way_out, ticked)
            if isinstance(answer, Allowed):
                return f"+{item}", ""
            refused = f"{answer.step} {answer.reason} §{answer.clause}"
        return "", refused

    def lines(self):
        """Yield the text, line by line."""
        yield HEAD.format(version=self.policy.version)
        for role in self.policy.roles.values():
            yield f"{role.id}"
            for kind in ("staff", "program"):
                for purpose in self.policy.purposes.values():
                    if purpose.id in role.purposes:
                        yield from self.way_outs(kind, role.id, purpose)
            if not role.purposes:
                yield "  nothing"
            if "break-glass" in role.may:
                yield from self.lent(role)
            yield ""
        yield "the person, on their own data"
        own = Mandate("m", "own", "", "", "own-access", "", MORI, NOW, NOW + 1)
        for way_out in Exit:
            found = [self.cell(own, item, way_out) for item in self.policy.items]
            yield from self.row("  ", way_out, found)

    def lent(self, role):
        """Yield what an emergency lends a role, and what it opens then: no more than the lent role's own."""
        engine = SimpleNamespace(policy=SimpleNamespace(policy=self.policy))
        session = StaffSession("s", "ueda", "ueda", (role.id,), b"", NOW, NOW)
        for purpose, lender in lendable(engine, session).items():
            mandate = Mandate("m", "staff", "ueda", lender, purpose, "", b"", NOW, NOW + 1)
            yield f"  {purpose}, in an emergency, as {lender}"
            yield from self.row(
                "    ", Exit.SCREEN, [self.cell(mandate, item, Exit.SCREEN) for item in self.policy.items]
            )

    def way_outs(self, kind, role, purpose):
        """Yield the lines of one purpose in the hands of staff, or of a program with a credential."""
        mandate = Mandate("m", kind, "ueda", role, purpose.id, "", b"", NOW, NOW + 1)
        rows = []
        for way_out in Exit:
            found = [self.cell(mandate, item, way_out) for item in self.policy.items]
            if kind == "program" and way_out is not Exit.APP:
                continue
            if any(text for text, _ in found) or way_out in purpose.exits:
                rows += self.row("    ", way_out, found)
        if rows and (kind == "staff" or any("(" not in row for row in rows)):
            yield f"  {purpose.id} ({purpose.basis}, §{purpose.clause}){', a program' if kind == 'program' else ''}"
            yield from rows

    def row(self, indent, way_out, found):
        """Return the line of one way out; a refusal is told by its reasons when nothing is released."""
        items = [text for text, _ in found if text]
        reasons = sorted({refused for text, refused in found if refused})
        if items:
            return [f"{indent}{way_out.value:<14}{' '.join(items)}"]
        return [f"{indent}{way_out.value:<14}({'; '.join(reasons)})"]


def _policy():
    files = {path.name: path.read_bytes() for path in FOLDER.glob("photolibrary.policy*.md")}
    return read_policy(files, guarantees.words())


def test_the_authorization_matrix_is_as_reviewed():
    """Whatever a change of policy or engine opens or closes shows as a difference in the reviewed text."""
    text = "\n".join(Matrix(_policy()).lines()).rstrip() + "\n"
    if os.environ.get("KEPT_GOLDEN") == "update":
        GOLDEN.write_text(text, "utf-8")
    assert GOLDEN.read_text("utf-8") == text, "run `make golden` and look at the difference"


def test_a_role_without_the_purpose_opens_nothing():
    """Every role not listed for a purpose is refused at step 1, for every item and way out, ticked or not."""
    policy = _policy()
    matrix = Matrix(policy)
    for role in policy.roles.values():
        for purpose in set(policy.purposes) - set(role.purposes):
            mandate = Mandate("m", "staff", "ueda", role.id, purpose, "", b"", NOW, NOW + 1)
            for item, forms in matrix.people.items():
                for way_out in Exit:
                    answer = matrix.ask(mandate, forms[0][0], way_out, forms[0][2])
                    assert (answer.step, answer.reason) == (1, "role"), (role.id, purpose, item, way_out)


def test_no_channel_opens_without_a_box_where_consent_is_the_basis():
    """In the reviewed text every item of a purpose on consent carries the mark of a box."""
    consent = False
    lines = GOLDEN.read_text("utf-8").splitlines()
    seen = 0
    for line in lines:
        if line.startswith("  ") and not line.startswith("   ") and "§" in line:
            consent = "(consent" in line
        elif consent and line.startswith("    ") and "(" not in line:
            seen += 1
            assert all(word.startswith("+") for word in line.split()[1:]), line
    assert seen
    reached = {line.split()[0] for line in lines if line.startswith("    ") and "(" not in line} & CHANNELS
    assert len(reached) > 1
    assert NEEDED.keys() >= {
        word for line in lines if line.startswith("    ") and "(" in line for word in line.split()[2:3]
    }
