"""A person on their own data: a program shows them what the built-in pages show, and hands on what they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, overload

from kept import limits
from kept.door.account import Account
from kept.door.form import Choice, Form, form_of
from kept.errors import InputError
from kept.policy.channel import CHANNELS
from kept.policy.words import Exit
from kept.services.authorities.notifications import Disclosed, disclosures_to_authorities
from kept.services.cases import advertising_marks, inquiries
from kept.services.cases.contacts import Contact, contacts_to
from kept.services.cases.emergencies import Emergency, emergencies_about
from kept.services.cases.inquiries import Inquiry
from kept.services.forms import collection
from kept.services.forms.instance_record import Standing, standing
from kept.services.forms.receipts import Receipt, receipts_of
from kept.services.forms.reconsent import Question, asked_again
from kept.services.forms.submission import PUBLISH, TICK, USE
from kept.services.gate.history import History, history_of, proof_of
from kept.services.gate.witnessed_form import Standing as GivenElsewhere
from kept.services.instances import participations
from kept.services.instances.participations import Participation
from kept.services.messages import confirmations
from kept.services.messages.confirmations import Address
from kept.services.my_data import (
    choices,
    corrections,
    disowning,
    erasure,
    own_data,
    own_requests,
    rights_answers,
    statements,
)
from kept.services.my_data.act_reasons import ActWhy, stop_act, why_of
from kept.services.my_data.erasure import Preview
from kept.services.my_data.message_reasons import Why, messages_to
from kept.services.my_data.own_data import OwnData
from kept.services.my_data.portability import take_along
from kept.services.my_data.rights_answers import Answer
from kept.services.my_data.rights_requests import Asked, Letter, OwnRequest
from kept.services.my_data.statements import Statement
from kept.services.third_parties.recalls import Recalled, recalls_of
from kept.services.third_parties.register import RegisterLine, lines_of


class Person(Account):
    """One person, vouched for by a program or signed in on Kept's own pages; everything here is their own act.

    Args:
        engine: Open.
        own: Their session.
    """

    def __repr__(self) -> str:
        return "<a person, on their own data>"

    async def form(self, point: str, language: str = "", *, stage: str = "", instance: str = "") -> Form:
        """Return a form to show: its notice first, then fields and boxes, and the token that comes back with it.

        Args:
            point: Declared collection point; may be empty where *instance* names a questionnaire, contest or event.
            language: One the policy is complete in; the policy's first when left out.
            stage: Stage of the point; empty where it has none.
            instance: Id of a run-time instance.

        Raises:
            SubmissionError: No such point or instance, it is not open to them, or not in that language.
        """
        own = await self._session()
        spoken = language or self._engine.policy.policy.language
        if instance:
            shown = await participations.present_part(self._engine, own, instance, spoken)
            return form_of(shown, (), (await standing(self._engine, instance)).file)
        shown = await collection.present_form(self._engine, own, point, stage, spoken)
        return form_of(shown, (await self._engine.people.load(own.person_id)).state.slots)

    async def submit(  # noqa: PLR0913 -- what comes with a form
        self,
        form: Form | str,
        values: Mapping[str, str | Iterable[str]],
        *,
        choices: Iterable[Choice | str] = (),
        use: Iterable[str] = (),
        publish: Iterable[str] = (),
        instance: str = "",
    ) -> Receipt:
        """Take what the person chose to give; return the receipt.

        Args:
            form: As shown, or the token that came back with it.
            values: By field name; empty texts are not given. A key `choice` may hold the boxes, as a browser sends them.
            choices: Boxes ticked, or their values.
            use: Items given before that may be used here too.
            publish: Items that may be published.
            instance: Id of the run-time instance, where only its token is at hand.

        Raises:
            SubmissionError: A field is not of this form, a value is not acceptable, or the form was shown to somebody
                else; nothing was taken.
            MalformedError: The token is forged or too old.
            ConflictError: The form was sent before.
        """
        own = await self._session()
        fields = [
            (name, one) for name, said in values.items() for one in ([said] if isinstance(said, str) else list(said))
        ]
        fields += [(TICK, one if isinstance(one, str) else one.value) for one in choices]
        fields += [(USE, one) for one in use] + [(PUBLISH, one) for one in publish]
        if isinstance(form, str):
            said_there = collection.claims_of(self._engine, form)
            point, stage, language = (said_there.get(one, "") for one in ("point", "stage", "language"))
            token = form
        else:
            point, stage, language, token, instance = form.point, form.stage, form.language, form.token, form.instance
        if instance:
            return await participations.take_part(
                self._engine, own, instance, language=language, unverified_token=token, fields=fields
            )
        return await collection.submit(
            self._engine, own, point=point, stage=stage, language=language, unverified_token=token, fields=fields
        )

    async def choose(self, purpose: str, /, allow: bool | None = None, **channels: bool) -> tuple[str, ...]:  # noqa: FBT001 -- a yes or a no
        """Say yes or no to a purpose, or to a channel of it; return the entries' ids.

        A no counts at once. A yes lifts the person's own no; consent itself is given on a form, after its notice.

        Args:
            purpose: A declared purpose on consent or notice.
            allow: For the purpose as a whole; None to leave it.
            channels: words of the policy language, such as `mail`.

        Raises:
            SubmissionError: No such purpose or channel, or one that needs no choice.
            InputError: Neither a purpose as a whole nor a channel was named.
        """
        own = await self._session()
        if not CHANNELS.issuperset(channels) or (allow is None and not channels):
            raise InputError(
                "expected a yes or no, found none, or a channel nobody is reached by",
                reason="choice-unknown",
                hint=f'choose("{purpose}", True), or choose("{purpose}", mail=True)',
            )
        said = [] if allow is None else [(None, allow)]
        said += [(Exit(one), yes) for one, yes in channels.items()]  # type: ignore[misc]  # None is the purpose as a whole
        return tuple([(await choices.choose(self._engine, own, purpose, way, allow=yes)).entry_id for way, yes in said])

    async def stop(self, purpose: str) -> str:
        """Stop a use of what was given, whatever it rests on; return the entry's id.

        Args:
            purpose: A declared purpose no law requires.

        Raises:
            SubmissionError: No such purpose, or a law requires it.
        """
        return (await choices.stop_use(self._engine, await self._session(), purpose, stop=True)).entry_id

    async def resume(self, purpose: str) -> str:
        """Resume a use that was stopped; return the entry's id.

        Args:
            purpose: As for `stop`.

        Raises:
            SubmissionError: No such purpose.
        """
        return (await choices.stop_use(self._engine, await self._session(), purpose, stop=False)).entry_id

    async def data(self, *, older: str = "") -> OwnData:
        """Return everything held about the person: value, origin, purposes, end; their choices; who used what.

        Args:
            older: Where the page of the history begins, from the page before.

        Raises:
            SignInError: The session is over.
        """
        return await own_data.own_data(self._engine, await self._session(), older=older)

    async def addresses(self) -> list[Address]:
        """Return the person's addresses, and for each whether its owner confirmed it; before, nothing else is sent there."""
        return await confirmations.addresses_of(self._engine, (await self._session()).person_id)

    async def send_confirmation(self, slot: str) -> None:
        """Ask the owner of an address once more, or the first time by a call or a letter.

        Args:
            slot: An address that is not confirmed.

        Raises:
            InputError: It is none, nothing may go there, or it was asked about as often as may be.
            LimitError: It was asked about just now.
        """
        await confirmations.ask_again(self._engine, await self._session(), slot)

    async def confirm(self, slot: str, code: str) -> str:
        """Confirm an address by the code that was sent or told there; return the entry's id.

        Args:
            slot: An address that is not confirmed.
            code: As typed.

        Raises:
            InputError: It is not the code, or there is none that would be taken.
        """
        return await confirmations.confirm_by_code(self._engine, await self._session(), slot, code)

    async def write_again(self, slot: str) -> None:
        """Take a confirmed address off the list never to write to (`Address.listed`).

        Args:
            slot: A confirmed address.

        Raises:
            InputError: It is not confirmed.
        """
        await confirmations.write_again(self._engine, await self._session(), slot)

    async def history(self, *, older: str = "") -> History:
        """Return what concerned the person, newest first: every use, every refusal, every act; no value is opened.

        Args:
            older: Where the page begins, from the page before.
        """
        return await history_of(self._engine, (await self._session()).person_id, older=older)

    async def proof(self, entry_id: str) -> str:
        """Return the proof of one entry of theirs, to be checked without us by `kept-verify`.

        Args:
            entry_id: Of a line of the history, hex.

        Raises:
            InputError: It is no entry of theirs, or waits half a second for its place.
        """
        return (await proof_of(self._engine, await self._session(), entry_id)).text()

    async def entries(self) -> str:
        """Return the list of all entries about them, by which `kept-verify --chain` checks that none was left out.

        Raises:
            SealError: What is remembered of it was changed.
        """
        engine, own = self._engine, await self._session()
        return await engine.chains.listed(engine.data, engine.keys, own.person_id)

    async def why(self, entry_id: str) -> ActWhy:
        """Return why an act that concerns the person was done, what of it they can stop, and why the rest cannot be.

        Args:
            entry_id: Of a line of the history, hex.

        Raises:
            InputError: It is no entry of theirs.
        """
        return await why_of(self._engine, await self._session(), entry_id)

    async def stop_act(self, entry_id: str, way: str) -> str:
        """Stop what an act belongs to; return the entry's id.

        Args:
            entry_id: Of a line of the history, hex.
            way: One of `stoppable` of `why`.

        Raises:
            InputError: It cannot be stopped that way.
        """
        return (await stop_act(self._engine, await self._session(), entry_id, way)).entry_id

    async def correct(self, slot: str, value: str | list[str], *, version: int) -> str:
        """Correct one value under the notice it was given under; return the entry's id.

        Args:
            slot: A filled slot.
            value: As typed; a list where several options may be chosen.
            version: The version the person saw (`Held.version`).

        Raises:
            ConflictError: Another version is current.
            SubmissionError: The value is not acceptable, or the slot was never filled.
            SignInError: The sign-in is longer ago than five minutes.
        """
        return await corrections.correct(self._engine, await self._session(), slot, value, expected_version=version)

    async def remove(self, slot: str) -> str:
        """Take one value away for good; return the entry's id.

        Args:
            slot: A filled slot.

        Raises:
            SubmissionError: There is no such value.
            SignInError: The sign-in is longer ago than five minutes.
        """
        return await corrections.remove_value(self._engine, await self._session(), slot)

    async def statements(self) -> tuple[Statement, ...]:
        """Return what other companies say the person agreed to; nothing of it counts before they confirmed it."""
        person = await self._engine.people.load((await self._session()).person_id)
        return await statements.statements_of(self._engine, person.state)

    async def confirm_statement(self, statement: str, ticks: Iterable[str] = ()) -> str:
        """Say that what another company says is so; return the entry's id.

        Args:
            statement: Its number (`Statement.word.id`).
            ticks: Boxes of it that become the person's own yes, as `purpose/channel/`.

        Raises:
            SubmissionError: There is none that waits, or it says nothing of a box.
        """
        return await statements.confirm_statement(self._engine, await self._session(), statement, ticks)

    async def refuse_statement(self, statement: str) -> str:
        """Say that it is not so: what was given with it goes for good, and what it says they agreed to is a no.

        Args:
            statement: Its number.

        Raises:
            SubmissionError: There is none that waits.
            SignInError: The sign-in is longer ago than five minutes.
        """
        return await statements.refuse_statement(self._engine, await self._session(), statement)

    async def export(self, language: str = "") -> bytes:
        """Return everything to take along, as a ZIP: JSON with its schema, CSV, vCard, receipts, a readable page.

        Args:
            language: Of the titles; the policy's first when left out.

        Raises:
            SignInError: The sign-in is longer ago than five minutes.
        """
        return await take_along(self._engine, await self._session(), language or self._engine.policy.policy.language)

    async def ask_desk(  # noqa: PLR0913 -- what a request names
        self,
        kind: str,
        target: str = "",
        value: Iterable[str] = (),
        *,
        note: str = "",
        format: str = "electronic",  # noqa: A002 -- the field's own word
        language: str = "",
    ) -> str:
        """Ask the rights desk; return the request's id. Tell them the fee first, where the policy declares one.

        Args:
            kind: `disclosure`, `purposes`, `provision-records`, `correction`, `addition`, `removal`, `stop-use`,
                `stop-provision`, `withdrawal`, `objection` or `erasure`.
            target: The item of a correction, addition or removal, or the purpose of a stop, withdrawal or objection.
            value: The right value; one line for each option of a list.
            note: What they add.
            format: `electronic` or `paper`.
            language: In which language the answer is wanted; the policy's first when left out.

        Raises:
            InputError: The policy has no such desk, too many requests are open, or a word is unknown.
            SubmissionError: A value is not acceptable, or an item or purpose not one that can be asked about.
            SignInError: The sign-in is longer ago than five minutes.
        """
        letter = Letter(note, format, language)
        asked = [Asked(kind, target, tuple(value))]
        return await own_requests.ask(self._engine, await self._session(), asked, letter)

    async def requests(self) -> list[OwnRequest]:
        """Return every request about them, whoever wrote it and by whatever way, newest first, with each step."""
        return await own_requests.requests_of(self._engine, await self._session())

    async def fetch_answer(self, request: str) -> Answer:
        """Return the answer to a request about them.

        Args:
            request: Its id, of one that was answered.

        Raises:
            InputError: It is not theirs, or not answered yet.
            SignInError: The sign-in is longer ago than five minutes.
        """
        return await rights_answers.fetch(self._engine, await self._session(), request)

    @overload
    async def erase(self, *, preview: Literal[True]) -> Preview: ...

    @overload
    async def erase(self, *, in_days: float = 0.0, never_write: bool = False) -> str: ...

    async def erase(self, *, preview: bool = False, in_days: float = 0.0, never_write: bool = False) -> Preview | str:
        """Erase the person, or show what that would take and leave; return the receipt's id, or the preview.

        Args:
            preview: Only show.
            in_days: Days it can be undone, 0 or more; meanwhile nothing of theirs is released to anybody else.
            never_write: Whether their addresses go on the stop lists, as keyed hashes that outlive them.

        Raises:
            InputError: An erasure is under way already.
            SignInError: The sign-in is longer ago than five minutes.
        """
        own = await self._session()
        if preview:
            return await erasure.preview(self._engine, own.person_id)
        return await erasure.intend_erasure(
            self._engine, own, grace_seconds=max(in_days, 0.0) * limits.DAY, never_write=never_write
        )

    async def undo_erase(self) -> None:
        """Undo an erasure while its days last.

        Raises:
            InputError: None is under way.
        """
        await erasure.undo_erasure(self._engine, await self._session())

    async def receipts(self) -> list[Receipt]:
        """Return the receipts of what was given, newest first."""
        return [receipt for receipt, _, _ in await receipts_of(self._engine, await self._session())]

    async def messages(self, language: str = "") -> list[Why]:
        """Return the newest messages that left for the person, each with why it came.

        Args:
            language: Of the titles; the policy's first when left out.
        """
        own = await self._session()
        return await messages_to(self._engine, own.person_id, language or self._engine.policy.policy.language)

    async def asked_again(self) -> list[Question]:
        """Return what the person is asked again since the policy changed; `submit(use=...)` answers it."""
        return await asked_again(self._engine, (await self._session()).person_id)

    async def parts(self) -> list[tuple[Standing, Participation]]:
        """Return the questionnaires, contests, sweepstakes and events the person takes part in, oldest first."""
        return await participations.parts_of(self._engine, (await self._session()).person_id)

    async def leave(self, instance: str) -> None:
        """Leave one of them: what was given for it alone is removed.

        Args:
            instance: Its id.

        Raises:
            SubmissionError: They take no part in it.
            DeniedError: A ticket of a draw whose list is fixed.
        """
        await participations.leave(self._engine, await self._session(), instance)

    async def contacts(self) -> list[tuple[Contact, str]]:
        """Return what staff and programs wrote to the person, newest first: what became of each, and its text."""
        return await contacts_to(self._engine, (await self._session()).person_id)

    async def ask(self) -> str:
        """Ask to be got in touch with; return the inquiry's number. What staff write then is a reply to it.

        Raises:
            InputError: No purpose of the policy replies to anybody, or their account is being erased.
            LimitError: As many inquiries wait as may.
        """
        return await inquiries.ask(self._engine, await self._session())

    async def inquiries(self) -> list[Inquiry]:
        """Return what the person asked, the newest first, on their page or otherwise as staff noted."""
        return await inquiries.inquiries_of(self._engine, (await self._session()).person_id)

    async def mark_advertising(self, message: str) -> None:
        """Say that a message was advertising; the board shows it until staff have looked into it.

        Args:
            message: Its number, of `contacts`.

        Raises:
            InputError: It is no message written to the person.
        """
        await advertising_marks.mark(self._engine, await self._session(), message)

    async def given_elsewhere(self) -> list[GivenElsewhere]:
        """Return what staff entered as given on paper or by phone, newest first; what was taken back as well."""
        return await disowning.given_elsewhere(self._engine, await self._session())

    async def disown(self, form: str) -> str:
        """Take back what staff entered as given on paper or by phone: it was not them; return the entry's id.

        Args:
            form: Its id (`GivenElsewhere.id`).

        Raises:
            InputError: There is none of theirs that was taken in and not taken back yet.
        """
        return await disowning.disown(self._engine, await self._session(), form)

    async def registered(self) -> list[RegisterLine]:
        """Return what the registers say that a law obliges to keep: provided, received, agreed to; newest first."""
        return await lines_of(self._engine, (await self._session()).person_id)

    async def recalls(self) -> list[Recalled]:
        """Return who was told to give up what they have of the person, by when, and whether they confirmed it."""
        return await recalls_of(self._engine, (await self._session()).person_id)

    async def disclosed(self) -> list[Disclosed]:
        """Return what was disclosed to authorities about the person, as far as they may be told, newest first."""
        return await disclosures_to_authorities(self._engine, (await self._session()).person_id)

    async def emergencies(self) -> list[Emergency]:
        """Return the emergencies in which a role was lent to see the person's items, newest first."""
        return await emergencies_about(self._engine, (await self._session()).person_id)
