"""What an error says to people: a sentence, and what to do, in English; the catalogue of words has the other languages.

An error's own message is for whoever reads a log or a traceback. A page never shows it as it stands, nor its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kept.errors import (
    ConflictError,
    DeniedError,
    ErasedError,
    EvidenceError,
    InputError,
    KeptError,
    LimitError,
    MalformedError,
    PolicyError,
    SignInError,
    StoreError,
)

Sentences = tuple[str, str]
"""What is wrong, and what to do."""

SAID: Mapping[str, Sentences] = {
    "mandate": ("Your sign-in or your case is not valid for this any more.", "Sign in again, or open a case."),
    "own-exit": ("Only you may have this, shortly after signing in.", "Sign in once more, then try again."),
    "role": ("None of your roles may do this.", "Ask somebody whose role may."),
    "right": ("Your role does not have the right to do this.", "Ask somebody whose role has it."),
    "purpose": ("The policy does not let your role act for this purpose.", "Choose a purpose of your role."),
    "item": ("The policy does not know this item.", "Choose one of those shown."),
    "uses": ("The policy does not let this purpose use that item.", "Open only what the purpose needs."),
    "law-item": ("The request does not name this item.", "Only what the request names can be disclosed."),
    "law-scope": (
        "The request does not cover this person or this time.",
        "Only what the request names can be disclosed.",
    ),
    "value": ("There is nothing given here that could be used.", "Ask the customer, if it is needed."),
    "ended": ("The time for keeping this is over.", "Ask the customer again, if it is needed."),
    "notice": ("This was not given for that purpose.", "Ask the customer."),
    "revision": (
        "The policy describes this purpose otherwise since it was given.",
        "The customer is asked at their next visit.",
    ),
    "no": ("The customer said no to this.", "Only they can take that back."),
    "consent": ("The customer has not agreed to this.", "Only they can agree, on the form that shows the notice."),
    "unconfirmed": (
        "The owner of this address has not confirmed it yet.",
        "Wait until they do; they were asked by one message.",
    ),
    "exit": ("The policy does not let this item leave in this way.", "Choose another way, or leave it."),
    "recipient": ("The policy and the notice do not name this receiver for it.", "Choose one they name."),
    "credential": ("Only a program with its own credential may use this way.", "Use the page instead."),
    "stopped": ("The customer stopped this use.", "Only they can resume it, on my data."),
    "volume": ("This case or sign-in has opened as much as it may.", "Open a new case, if you still need to."),
    "mandate-spent": (
        "This case or sign-in has opened as much as it may, or its time is over.",
        "Open a new case, if you still need to.",
    ),
    "check-error": ("The policy could not be applied to this.", "Tell whoever answers for the policy."),
    "not-found": ("Nobody was found whom this purpose may see.", "Check what you typed, or add another item."),
    "ambiguous": ("Several people fit this.", "Add a second item, such as the phone number."),
    "no-criterion": ("Nothing to look for was given.", "Fill in at least one of the fields."),
    "not-findable": ("People cannot be found by this item.", "Use one of the fields shown."),
    "moved": ("Something changed while this was looked at.", "Load the page again."),
    "field-undeclared": (
        "The form sent a field that is not part of it.",
        "Nothing was taken. Use the form as it is shown.",
    ),
    "field-twice": ("A field was sent twice.", "Fill in each field once."),
    "fields-many": ("Too many fields were sent.", "Use the form as it is shown."),
    "form-other-session": (
        "This form was opened before you signed in, or by somebody else.",
        "Load the page again, then send it.",
    ),
    "token-expired": (
        "This form was open for too long.",
        "Nothing was taken. Open the page again and send it once more.",
    ),
    "token-forged": ("This form did not come from this page.", "Open the page again and use its form."),
    "token-other-form": ("This form belongs to another page.", "Open this form again."),
    "token-other-person": (
        "This form was shown to somebody else.",
        "Nothing was taken. Open it yourself and read its notice.",
    ),
    "token-other-version": (
        "The policy has changed since this form was shown.",
        "Open the form again and read what has changed.",
    ),
    "token-used": ("This form was sent already.", "Look at my data: it was taken the first time."),
    "notice-missing": ("The notice of this form is not there any more.", "Open the form again."),
    "point-unknown": ("There is no such form.", "Go back to the start."),
    "language-not-offered": ("This form is not offered in this language.", "Choose another language."),
    "slot-filled": ("You gave this before.", "Correct it on my data."),
    "slot-empty": ("There is nothing here to change.", "Give it on a form, which shows its notice first."),
    "corrected-elsewhere": (
        "This was corrected meanwhile, perhaps by you in another window.",
        "Look at it again, then correct it.",
    ),
    "witnessed-removed": ("The customer took this away since.", "Leave it out: only they give it again."),
    "witnessed-stopped": ("The customer stopped this use.", "Leave the yes out: only they resume it."),
    "witnessed-yes": ("The customer’s own no stands.", "Leave the yes out: only they say yes again, on my data."),
    "witnessed-empty": ("Nothing was entered.", "An empty paper is no form: leave it."),
    "witnessed-way": ("Nothing is taken in this way.", "Choose how it was given: on paper or by phone."),
    "witnessed-day": ("This is no day within the last {0} days.", "What was given longer ago is asked for again."),
    "notice-not-in-force": (
        "This notice was not in force on that day.",
        "Look at the foot of the paper: it names its version.",
    ),
    "witnessed-many": ("You entered {0} of these today.", "Go on tomorrow, or let a colleague enter them."),
    "witnessed-unknown": ("There is no such paper or call that waits.", "Look at the list: it may be done, or over."),
    "witnessed-taken": ("This was taken in already.", "Look at the list."),
    "witnessed-disowned": ("This was taken back already.", "There is nothing more to do."),
    "correction-source": ("Only the person can correct this.", "Correct it together with them."),
    "rights-target": (
        "This cannot be asked about that.",
        "Choose the item or the use it is about, or ask for something else.",
    ),
    "item-needed": ("This is needed here.", "Please fill it in. The form says beside it why."),
    "item-unknown": ("You gave no such item.", "Go back to my data and choose one."),
    "instance-demands": (
        "A text says that something has to be given, and here nothing has to be.",
        "Say what it is for instead: every field can be left empty.",
    ),
    "choice-unknown": ("This choice is not offered here.", "Use the page as it is shown."),
    "choice-before-notice": (
        "You have not read what this is for.",
        "Open the form, read its notice, and say yes there.",
    ),
    "purpose-unknown": ("This is no use that you can stop.", "Choose one of those on my data."),
    "individual-number": (
        "This looks like an Individual Number (My Number), which we never take.",
        "Leave it out. To write another number of twelve digits, put a word between its parts.",
    ),
    "value-long": ("This is too long: at most {0} characters.", "Please shorten it."),
    "value-empty": ("There is nothing readable in this field.", "Leave it empty to keep it to yourself."),
    "value-characters": ("This contains characters that nobody can see.", "Type it again instead of pasting it."),
    "value-one-value": ("Several values came for one field.", "Fill in the field once."),
    "value-options": ("This is none of the options.", "Choose from the list."),
    "value-email": ("This is not an e-mail address.", "Write it as name@example.jp."),
    "value-phone": (
        "This is not a phone number.",
        "Write one number in digits, with its area code. A number abroad begins with +.",
    ),
    "value-address": ("The address behind the postcode is missing.", "Please add the address."),
    "value-date": ("This is not a date.", "Write it as 1990-04-01 or 平成2年4月1日."),
    "value-date-range": ("This date cannot be right.", "Please check the year."),
    "value-never-collected": ("This is never collected here.", "Leave it out."),
    "instance-closed": ("Nobody can take part in this now.", "Nothing was taken."),
    "instance-full": ("All places are taken.", "Nothing was taken. Look again later."),
    "instance-unknown": ("There is no such questionnaire, contest, sweepstake or event.", "Look at the list."),
    "part-taken": ("You take part already.", "You can see it, and leave, on my data."),
    "part-none": ("You do not take part in this.", "There is nothing to do."),
    "answers-together": (
        "Answers to questions are not corrected one by one.",
        "Take them back and answer again, as long as the questions are open.",
    ),
    "prize-claimed": ("The prize was claimed already.", "Look at my data."),
    "prize-none": ("No prize is left, or none waits for this.", "Look at the winners."),
    "prize-stopped": (
        "You stopped the use a prize is sent under.",
        "Nothing was taken, and the prize waits. Resume the use on my data, then answer again.",
    ),
    "prize-nowhere": (
        "We do not know where the prize may go.",
        "Nothing was taken, and the prize waits for you. Say where it may go, or let us use what you gave before.",
    ),
    "list-fixed": ("The list of tickets is fixed.", "Your ticket names nobody."),
    "sign-in-wrong": ("The name or the password is not right.", "Check both, or use a recovery code."),
    "sign-in-empty": ("This field is empty.", "Please fill it in."),
    "sign-in-again": ("You signed in more than five minutes ago.", "Sign in once more; nothing is lost."),
    "device-forgotten": ("We do not remember this device any more.", "Sign in once more."),
    "device-copied": (
        "This device's cookie was used from a copy.",
        "Every device was forgotten and every session ended. Sign in once more, and look at my data.",
    ),
    "password-length": (
        "The password has to have {0} to {1} characters.",
        "A few unrelated words are easy to remember.",
    ),
    "passkey-wrong": ("No passkey of this site was recognised.", "Try again, or sign in with your login name."),
    "second-factor-wrong": ("The one-time code is wrong, old or used.", "Wait for the next code of your app."),
    "too-many": ("That was too often.", "Wait a while, then try again."),
    "session-over": ("You are not signed in any more.", "Sign in once more."),
    "vouched-session": ("This begins only on our own pages, with what you alone have.", "Sign in here."),
    "link-code-wrong": ("This code is not right, too old or used.", "Get a new one on my data."),
    "link-system": ("This system cannot be linked, or knows your account already.", "Choose one of those on my data."),
    "cookie-undeclared": ("This is not offered here.", "Go on without it."),
    "erasing": (
        "Your account is being erased, so nothing new is taken.",
        "Undo the erasure first, if you want to go on.",
    ),
    "not-erasing": ("No erasure is under way.", "There is nothing to undo."),
    "erased": ("This person was erased.", "Nothing is held any more."),
    "entry-unknown": ("There is no such line about you.", "Choose a line of my data."),
    "entry-pending": ("This line has no place in the ledger yet.", "Try again in a second."),
    "confirmation-code": (
        "This is not the code that was sent to the address.",
        "Look at the newest message. After five wrong codes it has to be sent again.",
    ),
    "confirmation-enough": (
        "This address was asked about as often as may be.",
        "Correct the address, or take it away and give it anew.",
    ),
    "confirmation-first": ("This address is not confirmed yet.", "Confirm it first."),
    "confirmation-no-way": ("Nothing is sent to this address.", "So there is nothing to confirm."),
    "confirmation-none": ("None of your addresses waits for this.", "My data says what waits for your confirmation."),
    "confirmation-over": ("The time or the tries for this code are over.", "Send it again from my data."),
    "confirmation-soon": ("The message before may still be on its way.", "Wait a while, then send it again."),
    "case-unknown": ("This is none of your cases.", "Open a case."),
    "case-over": ("This case is closed, or its time is over.", "Open a new case."),
    "case-bound": ("This case holds somebody already.", "Open another case."),
    "case-empty": ("This case holds nobody yet.", "Find the person first."),
    "bulk": (
        "This is about so many people that a second member of staff has to approve it.",
        "Ask for the approval on this page.",
    ),
    "contact-channel": ("No way to reach them was chosen.", "Choose one of those offered."),
    "contact-text": (
        "The subject may have {0} characters, and the text, which may not be empty, {1}.",
        "Shorten it, or write something.",
    ),
    "contact-text/title": (
        "The subject is empty or too long: at most {0} characters.",
        "Write something, or shorten it.",
    ),
    "contact-text/text": ("The text is empty or too long: at most {1} characters.", "Write something, or shorten it."),
    "contact-unknown": ("There is no such message in this case.", "Look at the case again."),
    "emergency-words": ("Say in a sentence what happens: at most {1} characters.", "The customer can read it."),
    "emergency-words/reason": ("No reason was chosen.", "Choose one of the list."),
    "emergency-open": ("An emergency of yours is open, and one is enough.", "End it, or wait until it is over."),
    "emergency-own": ("This purpose belongs to one of your own roles.", "Open a case instead."),
    "emergency-purpose": ("An emergency cannot lend this purpose.", "Choose another one."),
    "emergency-reviewed": ("Somebody else looked at this emergency already.", "Look at it again."),
    "look-ups": (
        "Your look-ups of today for this purpose are used up.",
        "Wait for another day, or ask a second member of staff.",
    ),
    "rights-kind": ("This is no kind or way of a request.", "Choose one of the list."),
    "rights-note": ("The note is too long: at most {0} characters.", "Please shorten it."),
    "rights-step": ("The request has moved on meanwhile.", "Look at it again."),
    "rights-erased": ("The person who asked was erased meanwhile.", "The request is closed with that."),
    "identity-check": ("No identity check was chosen.", "Choose one of the list."),
    "step-unknown": ("This page has no such step.", "Use the page as it is shown."),
    "second-approver": ("Somebody else than you has to do this.", "Ask another member of staff."),
    "approval-none": ("Nothing waits for an approval here.", "Ask for it again."),
    "approval-asked": ("This was asked for already.", "Look at it again."),
    "approval-dead": (
        "What waited for approval has changed since it was asked for.",
        "Look at it again; it has to be asked for anew.",
    ),
    "reference": (
        "The reference is missing, or too long: at most {1} characters.",
        "Name the evidence by its number or title.",
    ),
    "party-other": (
        "People read another name of this company.",
        "Register it under the name the policy gives it; a new name needs a new version of the policy first.",
    ),
    "party-terms": (
        "This is missing, or too long.",
        "A law asks for name, address and representative; of an authority the name is enough.",
    ),
    "party-terms/name": ("The short name is missing, or has other characters.", "Use small letters, digits and -."),
    "party-key": (
        "This is not a key.",
        "Copy what the other party made with kept recipient new-key, a partner with kept partner new-key.",
    ),
    "recipient-unknown": (
        "The policy names no such third party.",
        "Use the short name the policy gives it.",
    ),
    "party-kind": ("What it is to us was not chosen.", "Choose one of the list."),
    "party-counts": ("This change counts already, or was not confirmed.", "Ask for another change."),
    "authority-unknown": (
        "No authority of the register was chosen.",
        "Register it with its key first: two confirm it, and it counts a day later.",
    ),
    "disclosure-terms": ("This part of the request cannot be right.", "Write it as the request says."),
    "disclosure-terms/reference": ("The reference is too long.", "Write the file number of the request."),
    "disclosure-terms/ground": ("No ground was chosen.", "Choose one the policy accepts."),
    "disclosure-terms/items": (
        "No item was chosen, or one that cannot be disclosed.",
        "Tick what the request asks for.",
    ),
    "disclosure-terms/period": (
        "The period has no begin, no end, or ends before it begins.",
        "Write both days as the request says.",
    ),
    "disclosure-terms/received": ("The day it was received is missing, or lies ahead.", "Write the day it came."),
    "disclosure-terms/due": ("The due day is missing, over, or too far ahead.", "Write the day the request names."),
    "disclosure-terms/told": (
        "When the customer is told was not chosen, or the policy does not allow that.",
        "Choose it. For later, name a day within what the policy allows, and why.",
    ),
    "disclosure-terms/disclosure": (
        "The policy declares no disclosure under a law that two people can approve.",
        "Tell whoever answers for the policy.",
    ),
    "rights-case": ("Nobody asked: there is no request to answer.", "Record at the rights desk what they ask."),
    "disclosure-recorder": ("Somebody else recorded this request.", "Ask them, or record a request of your own."),
    "disclosure-fixed": ("The scope of this request is fixed.", "Record another request."),
    "disclosure-nobody": ("The request names nobody yet.", "Find the people it names first."),
    "disclosure-person": ("The request names this person already.", "Nothing to do."),
    "paper-size": ("The paper is too large.", "Scan it in grey, at 150 dots an inch."),
    "paper-type": ("The paper has to be a PDF, PNG or JPEG.", "Choose such a file."),
    "paper-missing": ("No paper was attached.", "Attach the request as it came."),
    "intake-file": ("This is not a file a partner made, or it is too large.", "Ask the partner for its signed file."),
    "intake-signature": ("The partner's key did not sign this file.", "Ask the partner for the file anew."),
    "precision-unknown": ("How exact the figure should be was not chosen.", "Choose one of the list."),
    "question-dimension": ("A figure can be divided by at most three of the things shown.", "Choose again."),
    "budget-spent": (
        "The budget of this data set does not allow this question now.",
        "Ask more roughly, or on the day that stands beside the precision.",
    ),
    "counts-spent": (
        "The counts of people of this period are used up.",
        "A count somebody made before stays free; otherwise wait.",
    ),
    "statistics-purpose": ("None of your roles has a purpose of this data set.", "Ask somebody whose role has one."),
    "projection-none": ("There is no build of this data set that can be asked.", "Build it anew."),
    "channel-missing": (
        "This machine lacks what this way of reaching people needs.",
        "Tell whoever runs this service.",
    ),
    "stop-list": ("This address or number is on the list never to write to.", "Only its owner can take it off."),
    "instance-id": ("This id is taken.", "Give it another."),
    "campaign-id": ("This id is taken.", "Give it another."),
    "campaign-status": ("The campaign is at another step by now.", "Look at it again."),
    "instance-status": ("This cannot be done at this point.", "Look at it again."),
    "withdrawn": ("Whom this call comes from does not want it any more.", "There is nothing to do."),
    "call-open": ("The call before has no outcome yet.", "Say first how that call ended."),
}
"""By reason, or reason and field; `{0}`, `{1}` are the numbers of the error's message, in their order."""

OF_A_KIND: tuple[tuple[type[KeptError], Sentences], ...] = (
    (SignInError, ("You are not signed in, or not any more.", "Sign in, then try again.")),
    (LimitError, ("That was too often.", "Wait a while, then try again.")),
    (DeniedError, ("The policy does not allow this.", "Ask somebody whose role may, or leave it.")),
    (ConflictError, ("Somebody, perhaps you in another window, changed this first.", "Look at it again, then decide.")),
    (MalformedError, ("What was sent cannot be read.", "Load the page again, and send it once more.")),
    (PolicyError, ("Something in the file does not fit.", "Look at the place named, and correct it there.")),
    (InputError, ("This does not fit.", "Look at it again, and correct it.")),
    (ErasedError, ("This person was erased.", "Nothing is held any more.")),
    (
        EvidenceError,
        ("Something here is not as it was recorded, so nothing was done.", "Tell whoever runs this service."),
    ),
    (StoreError, ("This does not work just now, and nothing was done.", "Try again later.")),
    (KeptError, ("This was not done.", "Try again, or tell whoever runs this service.")),
)
"""Where nothing nearer is known, or not in the reader's language; the first that fits."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, as a page says it.

    Args:
        field: Name of the field it is about; empty where it is about the whole.
        said: What is wrong, a sentence in the reader's language.
        todo: What to do, likewise.
        clause: The clause it follows from, with the section sign; empty where none.
        line: Line of a file, from 1; 0 where it is about none.
        column: Column of it, from 1; 0 where none is known.
    """

    field: str
    said: str
    todo: str
    clause: str
    line: int = 0
    column: int = 0


def problems(error: KeptError, language: str, translate: Callable[..., str]) -> tuple[Problem, ...]:
    """Return everything an error says is wrong, in the reader's language.

    Args:
        error: Of ours; its clauses are cited already.
        language: The reader's.
        translate: Of that language.
    """
    every = error.each() if isinstance(error, InputError) else (error,)
    found = (_problem(one, language, translate) for one in every)
    return tuple(dict.fromkeys(found))


def _problem(error: KeptError, language: str, translate: Callable[..., str]) -> Problem:
    field = error.field if isinstance(error, InputError) else ""
    line, column = (error.line, error.column) if isinstance(error, PolicyError) else (0, 0)
    said, todo = SAID.get(f"{error.reason}/{field}") or SAID.get(error.reason) or ("", "")
    numbers = re.findall(r"[0-9][0-9,]*", error.message)
    if "{" in said and len(numbers) <= max(int(one) for one in re.findall(r"{(\d)}", said)):
        said = ""
    if said:
        return Problem(
            field, _filled(translate(said), numbers), _filled(translate(todo), numbers), error.clause, line, column
        )
    general = next(one for kind, one in OF_A_KIND if isinstance(error, kind))
    own = (_as_sentence(error.message, language, translate), _as_sentence(error.hint, language, translate))
    said, todo = own[0] or translate(general[0]), own[1] or translate(general[1])
    return Problem(field, said, todo, error.clause, line, column)


def _filled(sentence: str, numbers: list[str]) -> str:
    return re.sub(r"{(\d)}", lambda found: numbers[int(found[1])], sentence)


def _as_sentence(message: str, language: str, translate: Callable[..., str]) -> str:
    """Return a message of ours as a sentence; empty where it is none in the reader's language."""
    if not message:
        return ""
    translated = translate(message)
    if language != "en":
        if translated == message or re.search(r"(?<![`\w])[a-z]{3,} [a-z]{2,} ", re.sub(r"`[^`]*`", "", translated)):
            return ""
        return translated if translated.endswith(("。", "）", "？")) else f"{translated}。"
    sentence = re.sub(r"^expected (.*?), found (.*)$", r"we expected \1, but found \2", translated, flags=re.DOTALL)
    sentence = re.sub(r"^expected ", "we expected ", sentence)
    return f"{sentence[0].upper()}{sentence[1:]}" + ("" if sentence.endswith((".", "!", "?")) else ".")
