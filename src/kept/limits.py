"""Every duration, cap and expiry of Kept, in one table: the code takes its values from here and from nowhere else.

A row is a constant of this module: its value, what it bounds, and where a policy may set something narrower.
`docs/LIMITS.md` shows the table; `tests/limits/` moves each row to both sides of its edge. Sizes that a wire format or an
algorithm fixes stand where that format is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0


class Kind(StrEnum):
    """What sort of limit a row is."""

    TIME = "time"
    CAP = "cap"
    PACE = "pace"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table.

    Args:
        value: Its value, in *unit*.
        unit: Plural noun, such as `seconds`, `characters`, `people`.
        kind: A *time* ends something, a *cap* refuses or cuts what is larger, a *pace* cuts work into pieces and can be
            seen by nobody.
        bounds: What it bounds, to be read after the name.
        policy: The word or guarantee by which a policy may set it; empty when a policy may not.
        name: Name of the constant of this module.
    """

    value: float
    unit: str
    kind: Kind
    bounds: str
    policy: str = ""
    name: str = ""


TABLE: dict[str, list[Row]] = {}
"""All rows, by the title of their section."""

N = TypeVar("N", int, float)


def _titled(title: str) -> None:
    """Begin a section."""
    TABLE[title] = []


def _row(value: N, unit: str, kind: Kind, bounds: str, policy: str = "") -> N:
    """Put a row below the others of the section begun last; return its value."""
    list(TABLE.values())[-1].append(Row(value, unit, kind, bounds, policy))
    return value


def _time(value: float, bounds: str, policy: str = "", unit: str = "seconds") -> float:
    return _row(value, unit, Kind.TIME, bounds, policy)


def _cap(value: int, unit: str, bounds: str) -> int:
    return _row(value, unit, Kind.CAP, bounds)


def _share(value: float, bounds: str, policy: str = "") -> float:
    return _row(value, "share", Kind.CAP, bounds, policy)


def _pace(value: int, unit: str, bounds: str) -> int:
    return _row(value, unit, Kind.PACE, bounds)


def _every(value: float, bounds: str) -> float:
    return _row(value, "seconds", Kind.PACE, bounds)


_above = set(globals())

_titled("Sessions and sign-in")
CUSTOMER_SESSION_SECONDS = _time(12 * HOUR, "a customer's session, from the sign-in on")
FRESH_SIGN_IN_SECONDS = _time(5 * MINUTE, "how long after a sign-in a person may correct, erase and take along")
VOUCHED_SESSION_SECONDS = _time(HOUR, "a session a program vouched for")
STAFF_SESSION_SECONDS = _time(8 * HOUR, "a session of staff, from the sign-in on")
PASSKEY_CHALLENGE_SECONDS = _time(5 * MINUTE, "a challenge for a passkey, for joining or for signing in")
LINK_CODE_SECONDS = _time(10 * MINUTE, "a code by which a person lets a program's own id name their account")
LINK_TRIES = _cap(5, "tries", "codes a program gives for one id of its own, in the life of a code")
LINK_SYSTEM_TRIES = _cap(100, "tries", "codes the programs of one system give, in the life of a code")
RECOVERY_CODES = _cap(8, "codes", "recovery codes of one account")
SAID_SECONDS = _time(10 * MINUTE, "what a page says of the form that led to it: how long its address says it")
SHOWN_ONCE_SECONDS = _time(
    10 * MINUTE, "what is shown once, such as recovery codes: how long its session may see it again"
)
PASSKEYS = _cap(20, "passkeys", "passkeys of one account")
PASSKEY_NAME_CHARACTERS = _cap(60, "characters", "what a person calls a passkey")
REMEMBERED_DEVICE_SECONDS = _time(
    90 * DAY,
    "a remembered device, from the day it was remembered on",
    "the life of the cookie that remembers, where shorter",
)
REMEMBERED_AGAIN_SECONDS = _time(
    10.0, "a second request with the value just replaced, as two tabs send it; later it is a theft"
)
REMEMBERED_DEVICES = _cap(20, "devices", "remembered devices of one person; one more forgets the oldest")
KNOWN_DEVICE_SECONDS = _time(180 * DAY, "the mark of a known device", "the life of its cookie, where shorter")
RATE_KEY_SECONDS = _time(7 * DAY, "the key under which addresses are counted; then a new one is made", "`addresses`")
RATE_COUNT_SECONDS = _time(DAY, "a count of tries, after which it is deleted")
SIGN_IN_TRIES = _cap(
    10,
    "tries",
    "sign-ins to one account from one device or one address, in one window; three times as many from one address for all accounts",
)
ACCOUNT_TRIES = _cap(100, "tries", "sign-ins to one account from all addresses together, in one window")
SIGN_IN_WINDOW_SECONDS = _time(10 * MINUTE, "the window in which sign-ins are counted, of customers and of staff")
STAFF_SIGN_IN_TRIES = _cap(
    10, "tries", "sign-ins to one account of staff from one device or one address, in one window"
)
STAFF_ADDRESS_TRIES = _cap(30, "tries", "sign-ins of staff from one address, in one window")
STAFF_ACCOUNT_TRIES = _cap(100, "tries", "sign-ins to one account of staff from all addresses together, in one window")
FINDING_FAILURES = _cap(100, "failures", "people nobody is, whom one program looks for by items, in one window")
VOUCHING_FAILURES = _cap(30, "failures", "ids nobody has which one program names, in one window")
ACCOUNTS_FROM_A_NETWORK = _cap(
    10, "accounts", "accounts tried in vain from one network within an hour; from the last of them on it is an alarm"
)
NETWORK_SECONDS = _time(HOUR, "how long it is remembered, in memory alone, which accounts a network tried in vain")
NETWORK_CHANGE_SECONDS = _time(
    10 * MINUTE, "two sign-ins to one account from two networks, one of them on a device not seen before"
)
NETWORKS_REMEMBERED = _cap(
    10_000, "networks", "networks, and accounts, remembered so at once; one more forgets the oldest"
)
GUESSES_WRITTEN_ABOUT = _cap(
    5, "tries", "tries at an account on one day, from devices not seen before, before its owner is written to"
)
SIGNS_SHOWN_SECONDS = _time(30 * DAY, "what the sign-in saw at an account, on my data and the board")
ACCOUNTS_OPENED = _cap(20, "accounts", "accounts opened from one address, in one window")
ACCOUNTS_OPENED_WINDOW_SECONDS = _time(HOUR, "the window in which opened accounts are counted")
PASSWORD_CHARACTERS_AT_LEAST = _cap(12, "characters", "a password, at least")
PASSWORD_DIFFERENT_AT_LEAST = _cap(5, "characters", "different characters in a password, at least")
PASSWORD_NAME_CHARACTERS = _cap(4, "characters", "a login name that a password may not hold, at least")
PASSWORD_CHARACTERS = _cap(200, "characters", "a password")
CODE_CHARACTERS = _cap(32, "characters", "a code of a second factor as typed")
TOKEN_CHARACTERS = _cap(4096, "characters", "a signed token")

_titled("Pages and forms")
PAGE_FORM_SECONDS = _time(12 * HOUR, "a form of a page, from being shown to being sent")
NOTICE_FORM_SECONDS = _time(2 * HOUR, "a form with a notice, from being shown to being sent")
FORM_FIELDS = _cap(200, "fields", "fields of one submitted form")
REQUEST_BODY_BYTES = _cap(64 * 1024, "bytes", "the body of a request, except a file that staff send")
FILE_BODY_BYTES = _cap(4_100_000, "bytes", "the body of a request in which staff send a file")
REQUEST_FIELDS = _cap(300, "fields", "fields of a request the reader of forms takes apart")
SMALL_REQUEST_FIELDS = _cap(5, "fields", "fields of a request of one button")
ERASURE_GRACE_SECONDS = _time(7 * DAY, "the time to think it over, between asking to be erased and being erased")
DRAW_SHOWN_SECONDS = _time(90 * DAY, "a closed instance on the site, after its end")
STATISTICS_ROWS_SHOWN = _cap(300, "rows", "rows of one table of figures")
STATISTICS_BARS_SHOWN = _cap(60, "bars", "bars of one chart")
MESSAGES_SHOWN = _cap(50, "messages", "messages shown on my data")
LINES_TAKEN_ALONG = _cap(100_000, "lines", "lines of history taken along")
HISTORY_PAGE = _cap(50, "lines", "lines of history shown on one page")
LOGO_BYTES = _cap(200_000, "bytes", "the logo of a theme")


_titled("Cookies")
COOKIE_PAIRS = _cap(100, "cookies", "cookies of one request; the rest does not pass")
CHOICES_CHARACTERS = _cap(1024, "characters", "the cookie that holds the choices")
COOKIE_SLACK_SECONDS = _time(60.0, "what the date of an `Expires` may round up by", "the cookie's life")
COOKIE_VALUES = _cap(1000, "values", "values a cookie without identifier may have, so that it numbers nobody")
COOKIES_GIVEN = _cap(
    50_000,
    "values",
    "identifiers a gate remembers having given, as keyed hashes in memory, so that it gives none twice",
)
COOKIE_GIVEN_AGAIN_SECONDS = _time(60.0, "an identifier may be given to a browser once more, as after a double click")
CHOICES_COOKIE_SECONDS = _time(180 * DAY, "the cookie that holds the choices")
COOKIE_NAME_RECORDED_CHARACTERS = _cap(64, "characters", "the name of a dropped cookie, as it is recorded")
COOKIE_NAMES_RECORDED = _cap(
    100,
    "names",
    "names of dropped cookies recorded in the life of a process: a loop that invents names does not fill the ledger",
)
SCAN_EVERY_SECONDS = _time(7 * DAY, "the time between two scans in a browser", "`browser-scan`")
SCAN_WAIT_SECONDS = _time(3.0, "what a scan waits on a first page for what it does later")
SCAN_SAME_CHARACTERS = _cap(7, "characters", "two sign-ins of one person may have in common in a cookie by chance")
SCANNED_PAGES = _cap(8, "pages", "pages of the site a scan visits")

_titled("Mandates of staff and programs")
CASE_SECONDS = _time(30 * MINUTE, "a case of support, from its opening on")
CASE_RELEASES = _cap(40, "values", "values opened in one case")
EMERGENCY_SECONDS = _time(15 * MINUTE, "a lent emergency, from its approval on")
EMERGENCY_RELEASES = _cap(10, "values", "values opened in one emergency; what finds the person counts as one")
EMERGENCY_REVIEW_SECONDS = _time(
    3 * DAY, "the time for the review of an emergency; then the board says it is overdue", "`break-glass-reviewed`"
)
ALARM_NOTE_CHARACTERS = _cap(200, "characters", "what somebody who looked into an alarm of the board found")
EMERGENCY_TEXT_CHARACTERS = _cap(500, "characters", "the reason of an emergency, and the words of its review")
APPROVAL_SECONDS = _time(7 * DAY, "what waits for a second member of staff; then it has to be asked again")
FEW_PEOPLE = _cap(20, "people", "people an act may concern without a second member of staff")
LOOK_UPS_A_DAY = _cap(30, "look-ups", "look-ups of one member of staff a day and purpose, where the role declares none")
LOOK_UPS_SHOWN_SECONDS = _time(30 * DAY, "how long the board shows who came to the day's limit of look-ups")
CREDENTIAL_MANDATE_SECONDS = _time(HOUR, "a mandate of an API credential, from its sign-in on")
CREDENTIAL_RELEASES = _cap(
    100_000, "releases", "releases under one mandate of an API credential, each about one person"
)
DESK_WORK_SECONDS = _time(30 * MINUTE, "one piece of work at a desk of the console")
CHECK_IN_SECONDS = _time(
    12 * HOUR, "the check-in list of an event of many, from its first being opened under an approval"
)
ATTESTATION_REFERENCE_CHARACTERS = _cap(200, "characters", "the reference of an attestation")
RELEASED_OPEN_SECONDS = _time(5 * MINUTE, "a released value, from the decision to its being opened")
SLOTS_OF_A_READ = _cap(64, "slots", "slots asked for in one read")
RIGHTS_REQUEST_DUE_SECONDS = _time(14 * DAY, "the time to answer a request by a person's right")
RIGHTS_REQUEST_CAME_SECONDS = _time(
    365 * DAY,
    "how long ago a request by a person's right reached the company, when staff record it, to the end of that day",
)
RIGHTS_REQUEST_MANDATE_SECONDS = _time(30 * DAY, "the mandate under which a request by a person's right is answered")
RIGHTS_REQUEST_PARTS = _cap(20, "parts", "what one request by a person's right may ask for")
RIGHTS_REQUESTS_OPEN = _cap(5, "requests", "open requests of one person, asked on their own page")
RIGHTS_PAPER_BYTES = _cap(4_000_000, "bytes", "the paper such a request came on, or an agent's authority")
RIGHTS_PAPER_SECONDS = _time(365 * DAY, "that paper, sealed, from being put beside the request on")
RIGHTS_REQUESTS_SHOWN = _cap(100, "requests", "answered requests on the list")
RIGHTS_REQUEST_NOTE_CHARACTERS = _cap(1000, "characters", "what a person or a member of staff writes in such a request")
WITNESSED_GIVEN_SECONDS = _time(
    30 * DAY, "how long ago something was given on paper or by phone, when staff enter it, to the end of that day"
)
WITNESSED_WAIT_SECONDS = _time(14 * DAY, "what staff entered of a paper or a call, without a second who witnessed it")
FIRST_SIGN_IN_SECONDS = _time(
    365 * DAY,
    "the code by which a new customer on paper or by phone signs in first, from the taking in of what they gave",
)
WITNESSED_A_DAY = _cap(30, "forms", "forms given on paper or by phone that one member of staff enters within a day")
WITNESSED_SHOWN = _cap(100, "forms", "forms given on paper or by phone in the list of them")
CONTACT_TITLE_CHARACTERS = _cap(200, "characters", "the subject of a message written from a case")
CONTACT_TEXT_CHARACTERS = _cap(10_000, "characters", "the text of a message written from a case")
EXTERNAL_ID_CHARACTERS = _cap(200, "characters", "a person's id in another system")


_titled("Messages")
CONFIRMATION_SECONDS = _time(3 * DAY, "the code and the link that ask the owner of an address, from the asking on")
CONFIRMATION_AGAIN_SECONDS = _time(5 * MINUTE, "the wait before the owner of an address may be asked again")
CONFIRMATION_TIMES = _cap(5, "times", "times the owner of one value is asked")
CONFIRMATION_WRONG_CODES = _cap(5, "codes", "wrong codes typed for one asking")
CONFIRMATIONS_OF_AN_ADDRESS = _cap(3, "messages", "messages a day that ask about one address, over all accounts")
CONFIRMATIONS_OF_A_LISTED_ADDRESS = _cap(
    1, "messages", "the same about an address on the list never to write to, where the person wants one"
)
CONFIRMATIONS_OF_A_PERSON = _cap(10, "messages", "messages a day that ask about addresses one person gave")
CONFIRMATION_RELEASES = _cap(10, "tries", "decisions about the address of one message that asks")
REPLY_SECONDS = _time(30 * DAY, "what is written to somebody who asked counts as a reply, from their asking on")
INQUIRIES_OF_A_PERSON = _cap(3, "inquiries", "inquiries of one person that wait for an answer")
INQUIRIES_SHOWN = _cap(50, "inquiries", "inquiries a page of the console shows, the oldest first")
CONTACTS_OF_A_CASE = _cap(10, "messages", "messages written in one case, to its one person")
CONTACT_SEND_SECONDS = _time(DAY, "a message written from a case, from the writing to its leaving")
CONTACT_RELEASES = _cap(40, "tries", "decisions about the address of one such message")
SENDING_TRIES = _cap(8, "tries", "times a message is handed over to a server that puts it off")
SENDING_FIRST_WAIT_SECONDS = _time(
    60.0, "the wait after the first time a server puts a message off; each further wait is four times as long"
)
SENDING_LONGEST_WAIT_SECONDS = _time(4 * HOUR, "the longest of those waits")
FAULTS_IN_A_ROW = _cap(
    3, "messages", "messages a failing server did not take one after the other; then its channel is held"
)
CHANNEL_HELD_SECONDS = _time(15 * MINUTE, "a channel that is held, from one try with one message to the next")
HANDING_SECONDS = _time(10 * MINUTE, "a message that is being handed over; then its outcome is unknown")
LETTERS_OF_A_RUN = _cap(100, "letters", "letters fetched in one file")
LETTER_RUN_SECONDS = _time(10 * MINUTE, "the mandate under which letters are fetched")
LETTERS_LISTED = _cap(5000, "letters", "letters that wait and are listed")
CALL_SHEET_SECONDS = _time(12 * HOUR, "a call sheet, from its making on")
FAX_FORGOTTEN_SECONDS = _time(
    3 * DAY, "a job the fax server says nothing about, which tries for hours, not days; then its outcome is unknown"
)
CAMPAIGN_SECONDS = _time(14 * DAY, "the mandate under which a campaign is sent, from its approval on")
CAMPAIGN_FILE_CHARACTERS = _cap(40_000, "characters", "the file of a campaign")
CAMPAIGN_PARAGRAPH_CHARACTERS = _cap(1_800, "characters", "a paragraph of a campaign")
SEGMENT_CONDITIONS = _cap(12, "conditions", "conditions of one segment")
MAIL_ADDRESS_LINE_CHARACTERS = _cap(78, "characters", "the name and address of a header line before it is folded")
MAIL_LINE_BYTES = _cap(900, "bytes", "a line of a mail as it is written")
MAIL_TIMEOUT_SECONDS = _time(30.0, "an answer of the mail server")
FAX_PROGRAM_SECONDS = _time(60.0, "a program of the fax server")
FAX_BYTES = _cap(10_000_000, "bytes", "what a program of the fax server may print")
LETTERS_SET = _cap(200, "letters", "letters set in one go: about two seconds of work")
LETTER_CHARACTERS = _cap(20_000, "characters", "the text of one letter")
MAILBOX_MESSAGES = _cap(200, "messages", "messages the demo's mailbox holds")
MAILBOX_BYTES = _cap(1_000_000, "bytes", "one message the demo's mailbox takes")

_titled("Third parties and authorities")
QUARANTINE_SECONDS = _time(30 * DAY, "what a partner sent and nobody took in", "`sources`")
INTAKE_FILE_BYTES = _cap(8_000_000, "bytes", "a partner's file")
INTAKE_RECORDS = _cap(20_000, "records", "records of a partner's file")
PROVISION_RUN_SECONDS = _time(12 * HOUR, "the mandate under which a provision is made")
RECALL_SECONDS = _time(
    7 * DAY, "the day by which a recipient confirms a recall, from the withdrawal on", "`recall-in-time`"
)
PARTY_WAIT_SECONDS = _time(
    DAY, "the key of a recipient, a partner or an authority, from its confirmation to its effect"
)
PARTY_CHARACTERS = _cap(200, "characters", "name, address or representative of such a party")
PARTIES_TOLD_SECONDS = _time(30 * DAY, "how long the board tells of such a change")
REGISTER_SECONDS = _time(3 * 365 * DAY, "a line of the register of provisions", "`provision-register`")
DISCLOSURE_DUE_SECONDS = _time(
    60 * DAY, "the day by which a request of an authority is to be answered, from its registration on"
)
DISCLOSURE_SUGGESTED_SECONDS = _time(
    14 * DAY, "the day a new request of an authority is answered by, unless another is written"
)
AUTHORITY_PAPER_BYTES = _cap(4_000_000, "bytes", "the paper a request of an authority came on")
AUTHORITY_PAPER_SECONDS = _time(3 * 365 * DAY, "that paper, sealed, from being put beside the request on")
DISCLOSURE_PEOPLE = _cap(20, "people", "people named in one request of an authority")
DISCLOSURE_RELEASES = _cap(200, "releases", "releases for one request of an authority, each about one person")
AUTHORITY_REFERENCE_CHARACTERS = _cap(500, "characters", "the reference of a request of an authority")


_titled("Figures")
PROJECTION_SECONDS = _time(7 * DAY, "a data set, before it is built anew", "`statistics`")
PROJECTION_RUN_SECONDS = _time(12 * HOUR, "the mandate under which a data set is built")
QUESTION_DIMENSIONS = _cap(3, "dimensions", "dimensions of one question")
QUESTION_CELLS = _cap(20_000, "cells", "cells of one question")
COUNTED_GROUPS = _pace(4_000_000, "groups", "groups counted at once")
COUNTED_OPTIONS = _cap(16, "options", "options of a some-of item that can be counted: each is a bit of two bytes")
COUNTED_RHO = _row(0.25, "rho", Kind.CAP, "the largest budget of a period that a policy may declare for counts")
COUNTED_RHO_YEAR = _row(
    0.5, "rho", Kind.CAP, "the same over any twelve months: who knows all but one answer guesses that one in 69 of 100"
)
BUDGET_SECONDS = _time(365 * DAY, "the time over which the budget of a data set is spent", "`statistics`")
HEAD_COUNTS = _cap(10, "counts", "counts of people for staff that the budget of a period bears")
HEAD_COUNT_RHO = _row(
    0.04, "rho", Kind.CAP, "the budget of a period for counts of people for staff", "`counts` of `segments`"
)
HEAD_COUNT_RHO_YEAR = _row(0.08, "rho", Kind.CAP, "the same over any twelve months", "`counts` of `segments`")
HEAD_COUNT_FEWER_THAN = _cap(30, "people", "a count of people for staff, below which it is said to be fewer")
HEAD_COUNT_ROUNDED_TO = _pace(10, "people", "steps to which a count of people for staff is rounded")
HEAD_COUNT_SECONDS = _time(30 * DAY, "how long the same count of people has the same answer, and costs nothing")

_titled("Policy and instances")
POLICY_DURATION_SECONDS = _time(100 * 365 * DAY, "a duration a policy names")
OLD_VERSION_SECONDS = _time(30 * DAY, "a superseded version of a value, after it was replaced", "a shorter retention")
INSTANCE_SUGGESTED_DAYS = _time(
    60.0,
    "an instance whose file is begun for somebody, unless another day is written",
    unit="days",
)
POLICY_FILES = _cap(20, "files", "files of a policy")
POLICIES_HELD = _pace(8, "policies", "policies held as read in a process")
POLICY_FILE_BYTES = _cap(1_000_000, "bytes", "a file of a policy")
POLICY_PARAGRAPH_CHARACTERS = _cap(4_000, "characters", "a paragraph of a policy")
POLICY_PARAGRAPH_MARKS = _cap(120, "marks", "marks of one paragraph of a policy")
POLICY_LINES = _cap(20_000, "lines", "lines of a file of a policy")
POLICY_PARAGRAPHS = _cap(2_000, "paragraphs", "paragraphs of a file of a policy")
YAML_DEPTH = _cap(12, "levels", "levels of a block of rules")
YAML_NODES = _cap(20_000, "nodes", "nodes of a block of rules")
YAML_LINE_CHARACTERS = _cap(2_000, "characters", "a line of a block of rules")
FINDINGS = _cap(500, "findings", "findings about one policy")
NEAREST_WORDS = _cap(
    50, "hints", "hints to the nearest word in one report: each costs a comparison with all known words"
)
KNOWN_WORDS = _cap(400, "words", "words one hint is compared with")
DECISIONS_REMEMBERED = _pace(
    200_000, "decisions", "decisions remembered over all notices; beyond it all are forgotten and worked out again"
)
INSTANCE_FILE_CHARACTERS = _cap(40_000, "characters", "the file of an instance")
INSTANCE_QUESTIONS = _cap(40, "questions", "questions of an instance")

_titled("Values and the ledger")
TEXT_CHARACTERS = _cap(2000, "characters", "a text a person gives")
NAME_CHARACTERS = _cap(200, "characters", "a name")
BIRTH_YEARS = _cap(130, "years", "years between a date of birth and today")
NOTE_CHARACTERS = _cap(1_000_000, "characters", "a signed note as text")
NOTE_SIGNATURES = _cap(100, "signatures", "signatures of a note")
TRUST_POLICY_BYTES = _cap(262_144, "bytes", "a policy of witnesses")
WITNESS_ANSWER_BYTES = _cap(65_536, "bytes", "the answer of a witness; a longer one is none")
WITNESS_REQUEST_BYTES = _cap(262_144, "bytes", "what a log submits to our witness")
WITNESS_SECONDS = _time(10.0, "how long a witness may take for one answer")
WITNESSES_SILENT_SECONDS = _time(
    10 * MINUTE,
    "how long a checkpoint waits for its witnesses; then the board says so, and the gate closes where that was declared",
)

_titled("Clock, gate and upkeep")
CLOCK_BEHIND_SECONDS = _time(5.0, "how far the clock may be behind what was recorded; then the gate closes")
CLOCK_LEAP_SECONDS = _time(HOUR, "a leap of the clock while running; then sweeps wait for an operator")
CLOCK_LEAP_BETWEEN_STARTS_SECONDS = _time(DAY, "a leap of the clock while nothing ran")
ENTRY_WAITING_SECONDS = _time(10.0, "an entry that waits for its place in the tree; then the gate closes")
PROVIDER_ASKED_SECONDS = _time(60.0, "how long an answer of the key provider counts; then it is asked again")
CONNECTIONS_WAITING = _pace(128, "connections", "connections that wait to be taken")
DESCRIPTORS = _pace(65_536, "descriptors", "descriptors a process that serves asks the machine for")
CONNECTIONS_PERCENT = _pace(
    50, "percent", "percent of its descriptors that connections may take; beyond it silent ones are closed"
)

CONNECTIONS_LOOK_SECONDS = _every(1.0, "between two looks at the connections")
LOG_SAID_BYTES = _cap(
    256 * 1024**2, "bytes", "a write-ahead log, before the board says that somebody keeps it from shrinking"
)
LOG_MOST_BYTES = _cap(
    1024**3, "bytes", "a write-ahead log; then the gate closes until whoever reads from outside has ended"
)
LOG_KEPT_BYTES = _pace(64 * 1024**2, "bytes", "bytes of a write-ahead log that are kept for the next writes")
LOG_SHRINKING_MILLISECONDS = _pace(
    50, "milliseconds", "milliseconds writers wait while a write-ahead log is made small"
)
KEY_FILE_BYTES = _cap(1024, "bytes", "a key file")
SWEEP_SHARE = _share(0.05, "the share of all people a sweep may concern without an approval")
SWEEP_PEOPLE = _cap(
    20,
    "people",
    "people a sweep may concern without an approval, however few there are: of so few a share says nothing",
)
SCRUB_AT_ONCE_BYTES = _cap(
    4_000_000, "bytes", "a database that is rewritten at once when somebody is erased; a larger one waits for the sweep"
)
BACKUP_RETRY_SECONDS = _time(10 * MINUTE, "the wait after a backup that failed")
BACKUP_EARLY_SHARE = _share(
    0.9, "the share of the declared time between two backups after which the next is made", "`backups`"
)
BACKUP_LINE_BYTES = _cap(64 * 1024, "bytes", "the first line of a backup's file")
DRILL_FINDINGS = _cap(10, "findings", "findings of a drill that are named")
VERIFICATION_FINDINGS = _cap(20, "findings", "findings of a verification that are named, of each kind")
DRILL_EVERY_DAYS = _time(
    30.0, "the time between two drills, where the policy names none", "`restore-drill`", unit="days"
)
KEY_EPOCH_SECONDS = _time(30 * DAY, "a key epoch, where the policy names no time", "`key-epochs`")
NO_LOG_WAIT_SECONDS = _time(5.0, "how long an act waits for its line in the no-log; then the line is handed over later")
NO_LOG_MAIL_BYTES = _cap(
    4_000_000, "bytes", "a file of a mailbox that is read for lines of the no-log; a larger one is none"
)
NO_LOG_COMMAND_SECONDS = _time(30.0, "how long the program of a no-log may take for one call")
MESSAGES_LOOKED_AT = _cap(200, "messages", "newest messages the live checks of messages look at")

_titled("How work is cut")
SEQUENCE_SECONDS = _every(0.5, "between two runs of the sequencer")
WITNESS_ROUND_SECONDS = _every(1.0, "between two rounds to the witnesses")
WITNESS_RETRY_SECONDS = _every(
    60.0, "between two tries of a witness that does not answer, at most; they begin a second apart"
)
WITNESS_TRIES = _pace(
    3, "tries", "requests to one witness in a round: again with the size it names, and once for a race"
)
SEQUENCED_AT_ONCE = _pace(4096, "entries", "entries that get their place in one transaction")
COUNTED_A_TURN = _pace(
    512, "people", "people whose entries are counted for K before the loop's other work has its turn"
)
NOTICES_HELD = _pace(4096, "notices", "notices held in memory")
PERSON_READS = _pace(3, "tries", "reads of a person whose keys change meanwhile")
MOVED_TRIES = _pace(5, "tries", "an act decided again because its person changed meanwhile")
MOVED_SENDING_TRIES = _pace(3, "tries", "a message decided again because its person changed meanwhile; then it waits")
SENT_TOGETHER = _pace(16, "messages", "messages handed over at the same time")
MAIL_CONNECTIONS = _pace(4, "connections", "connections to the mail server at the same time")
OUTBOX_PAGE = _pace(256, "rows", "rows of the outbox read at once")
OUTBOX_LOOK_SECONDS = _every(1.0, "between two looks into the outbox")
CHANNELS_LOOK_SECONDS = _every(60.0, "between two looks at call sheets and fax jobs")
POLICY_FILES_LOOK_SECONDS = _every(30.0, "between two looks whether the policy's files changed")
CHECKS_SECONDS = _every(5 * MINUTE, "between two runs of the live checks")
CLAIM_SECONDS = _time(60.0, "a claim on an act over both databases whose holder lives; then another may take it over")
KEY_ENDS_SECONDS = _time(
    30 * DAY, "the note that a key has ended, so that whoever stood still meanwhile does not seal under it"
)
BACK_OFF_SECONDS = _every(10.0, "at most between two tries of a run that fails and that is otherwise done more often")
BACK_OFF_DOUBLINGS = _pace(8, "doublings", "doublings of the pause between two tries of a run that fails")
NO_LOG_RETRY_SECONDS = _every(10.0, "between two looks whether lines of the no-log wait to be handed over")
NO_LOG_PAGE = _pace(500, "lines", "lines of the no-log sealed or handed over at once")
NO_LOG_LAST_BYTES = _pace(65_536, "bytes", "bytes at the end of a no-log's file that are read for its last line")
PEOPLE_PAGE = _pace(500, "rows", "people, or rows of theirs, read at once")
TICKETS_PAGE = _pace(2000, "tickets", "tickets of a draw written to its file at once")
DRAW_FILE_SECONDS = _every(10.0, "between two writings of a draw's file, while its list still grows")
PROJECTION_PAGE = _pace(256, "people", "people a data set takes in at once")
CAMPAIGN_PAGE = _pace(64, "people", "people a campaign looks at in one transaction")
PROJECTION_SEGMENT_ROWS = _pace(1_000_000, "rows", "rows of one sealed segment of a data set")
SQLITE_BUSY_MILLISECONDS = _pace(5000, "milliseconds", "how long SQLite waits for another process")
SQLITE_WRITES_TOGETHER = _pace(512, "writes", "writes made durable together")
INSTANCES_HELD = _pace(256, "files", "files of instances held as read in a process")
READ_TOGETHER = _pace(64, "people", "people of a `read_many` read at the same time")
VOUCHING_LOOKS = _pace(40, "tries", "looks for a person whom another request is about to make")
VOUCHING_LOOK_SECONDS = _every(0.05, "between two of those looks")

# Each row is one constant, in this order: a row takes the name of the constant that took its value.
_names = iter([name for name in globals() if name.isupper() and name not in _above])
for _rows in TABLE.values():
    _rows[:] = [replace(row, name=next(_names)) for row in _rows]
