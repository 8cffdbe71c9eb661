"""The closed vocabulary every policy is written in: bases, exits, clause kinds and states."""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """Why a purpose may use an item; the narrower wins: consent before notice before necessary."""

    CONSENT = "consent"
    NOTICE = "notice"
    NECESSARY = "necessary"
    LAW = "law"


class Exit(StrEnum):
    """The ways out of the vault; there is no other."""

    SCREEN = "screen"
    OWN_PAGE = "own-page"
    TAKE_ALONG = "take-along"
    SEGMENT = "segment"
    STATISTICS = "statistics"
    MAIL = "mail"
    POST = "post"
    PHONE = "phone"
    FAX = "fax"
    PUBLICATION = "publication"
    PROVISION = "provision"
    PROCESSOR = "processor"
    LEGAL_BUNDLE = "legal-bundle"
    APP = "app"


OWN_EXITS = frozenset({Exit.OWN_PAGE, Exit.TAKE_ALONG})
"""Exits of own-access; no purpose of a policy opens them but *rights-request* (take-along)."""


class ClauseKind(StrEnum):
    """A promise is broken when it is not kept; a permission is used within its bounds, or not used."""

    PROMISE = "promise"
    PERMISSION = "permission"
    PERMISSION_AND_PROMISE = "permission-and-promise"
    DEFINITION = "definition"
    STATEMENT = "statement"


class ClauseState(StrEnum):
    """The one vocabulary for the state of a clause; of several parts the worst wins."""

    KEPT = "kept"
    BY_PEOPLE = "by people"
    ONLY_STATED = "only stated"
    NOT_KEPT_YET = "not kept yet"
    PERMISSION_UNUSED = "permission unused"


class PointKind(StrEnum):
    """The kinds of collection point."""

    REGISTRATION = "registration"
    QUESTIONNAIRE = "questionnaire"
    CONTEST = "contest"
    SWEEPSTAKE = "sweepstake"
    EVENT = "event"
    PARTNER = "partner"


class Source(StrEnum):
    """Where a value came from."""

    OWN_SESSION = "own-session"
    WITNESSED_PAPER = "witnessed-paper"
    WITNESSED_CALL = "witnessed-call"
    PARTNER = "partner"
    MADE_BY_US = "made-by-us"


WITNESSED = frozenset({Source.WITNESSED_PAPER, Source.WITNESSED_CALL})
"""Given on paper or by phone, entered by staff, witnessed by a second."""


class CookieDuty(StrEnum):
    """What the engine itself needs a cookie for; a policy says `serves` to give it a name and a life of its own."""

    SESSION = "session"
    REMEMBER = "remember"
    CHOICES = "choices"
    DEVICE = "device"
    VISIT = "visit"


class PurposeDuty(StrEnum):
    """What the engine itself needs a purpose for."""

    RIGHTS_REQUEST = "rights-request"
    LEGAL_DISCLOSURE = "legal-disclosure"
    SIGN_IN_WARNING = "sign-in-warning"


class RightsKind(StrEnum):
    """What a person may ask about their own information, at the rights desk."""

    DISCLOSURE = "disclosure"
    PURPOSES = "purposes"
    PROVISION_RECORDS = "provision-records"
    CORRECTION = "correction"
    ADDITION = "addition"
    REMOVAL = "removal"
    STOP_USE = "stop-use"
    STOP_PROVISION = "stop-provision"
    WITHDRAWAL = "withdrawal"
    OBJECTION = "objection"
    ERASURE = "erasure"


TOLD = (RightsKind.DISCLOSURE, RightsKind.PURPOSES, RightsKind.PROVISION_RECORDS)
"""Those answered by telling; a fee may be taken for these alone.

Source: APPI Art. 38 (1) with Art. 37 (1), text in force since 2022-04-01.
"""
