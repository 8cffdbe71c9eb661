"""The closed vocabulary of the ledger: what can have happened.

`source:subject:action`. The source is who acted: customer, staff, program (by a credential), operator, partner or system (Kept by
itself); *actor* where several may. Words are permanent: entries hold them for years.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from kept.policy.ground import clause_of
from kept.policy.model import Policy


class Act(StrEnum):
    """What an entry records."""

    # the vault opened, or refused to
    VALUE_READ = "actor:value:read"
    PERSON_FIND = "actor:person:find"
    OWN_VIEW = "customer:own-data:view"
    TAKE_ALONG = "customer:own-data:take-along"
    # what the person did
    ACCOUNT_OPEN = "customer:account:open"
    ACCOUNT_SEEN = "customer:account:seen"
    FIRST_SIGN_IN = "customer:account:sign-in-first"
    VALUE_COLLECT = "customer:value:collect"
    VALUE_CORRECT = "customer:value:correct"
    VALUE_REMOVE = "customer:value:remove"
    CHOICE_ALLOW = "customer:choice:allow"
    CHOICE_WITHDRAW = "customer:choice:withdraw"
    SIGN_IN_NEW_DEVICE = "customer:account:sign-in-new-device"
    SIGN_IN_SEEN = "system:account:sign-in-seen"
    SIGN_IN_ALARM = "system:account:sign-in-alarm"
    PASSKEY_ADD = "customer:passkey:add"
    PASSKEY_REMOVE = "customer:passkey:remove"
    PASSWORD_SET = "customer:password:set"  # noqa: S105 -- a word, no password
    PASSWORD_REMOVE = "customer:password:remove"  # noqa: S105 -- a word, no password
    CODES_NEW = "customer:recovery-codes:renew"
    CODE_USE = "customer:recovery-code:use"
    DEVICE_FORGET = "customer:device:forget"
    EXTERNAL_LINK = "customer:external-id:link"
    EXTERNAL_UNLINK = "customer:external-id:unlink"
    DEVICE_COPIED = "customer:device:copied"
    PART_END = "customer:participation:end"
    USE_STOP = "customer:use:stop"
    ADVERTISING_MARK = "customer:advertising:mark"
    USE_RESUME = "customer:use:resume"
    ERASE_INTEND = "actor:person:erase-intend"
    ERASE_UNDO = "customer:person:erase-undo"
    ERASED = "system:person:erased"
    # what staff did
    CASE_OPEN = "staff:case:open"
    CASE_CLOSE = "staff:case:close"
    EMERGENCY_OPEN = "staff:emergency:open"
    EMERGENCY_NAME = "staff:emergency:name"
    EMERGENCY_READ = "staff:emergency:read"
    EMERGENCY_REVIEW = "staff:emergency:review"
    CONTACT_WRITE = "staff:contact:write"
    INQUIRY_ASK = "customer:inquiry:ask"
    INQUIRY_NOTE = "staff:inquiry:note"
    INQUIRY_TAKE = "staff:inquiry:take"
    ADVERTISING_SETTLE = "staff:advertising:settle"
    PROGRAM_WRITE = "program:contact:write"
    LETTER_PRINT = "staff:letter:print"
    LETTERS_FETCH = "staff:letters:fetch"
    CALL_SHEET_BEGIN = "staff:call-sheet:begin"
    CALL_REVEAL = "staff:call:reveal"
    CALL_END = "staff:call:end"
    RIGHTS_REQUEST_OPEN = "staff:rights-request:open"
    RIGHTS_REQUEST_STEP = "staff:rights-request:step"
    RIGHTS_REQUEST_FINISH = "staff:rights-request:finish"
    RIGHTS_REQUEST_READ = "staff:rights-request:read"
    RIGHTS_REQUEST_ASK = "own:rights-request:ask"
    RIGHTS_REQUEST_FETCH = "own:rights-request:fetch"
    APPROVAL_ASK = "staff:approval:ask"
    APPROVAL_GIVE = "staff:approval:give"
    PROVIDE = "staff:value:provide"
    PROVISION_ASK = "staff:provision:ask"
    PROVISION_FETCH = "staff:provision:fetch"
    RECALL_TELL = "staff:recall:tell"
    RECALL_CONFIRM = "staff:recall:confirm"
    REGISTER_VIEW = "staff:register:view"
    REGISTER_END = "system:register:end"
    INSTANCE_DRAFT = "staff:instance:draft"
    INSTANCE_OPEN = "staff:instance:open"
    INSTANCE_CLOSE = "actor:instance:close"
    INSTANCE_END = "system:instance:end"
    ANSWERS_COUNT = "staff:answers:count"
    ENTRY_CHOOSE = "staff:entry:choose"
    PUBLISH = "staff:value:publish"
    DRAW = "staff:lot:draw"
    ARRIVE = "staff:participation:arrive"
    PRIZE_DELIVER = "staff:prize:deliver"
    DISCLOSE = "staff:value:disclose"
    DISCLOSURE_RECORD = "staff:disclosure:record"
    DISCLOSURE_READ = "staff:disclosure:read"
    DISCLOSURE_ASK = "staff:disclosure:ask"
    DISCLOSURE_FINISH = "staff:disclosure:finish"
    DISCLOSURE_FETCH = "staff:disclosure:fetch"
    DISCLOSURE_EXCEED = "staff:disclosure:exceed"
    VALUE_COUNT = "staff:value:count"
    STATISTIC_BUILD = "staff:statistic:build"
    STATISTIC_ASK = "staff:statistic:ask"
    STATISTIC_ANSWER = "staff:statistic:answer"
    STATISTIC_RELEASE = "staff:statistic:release"
    STATISTIC_EXPORT = "staff:statistic:export"
    INTAKE = "actor:intake:begin"
    INTAKE_QUARANTINE = "system:intake:quarantine"
    VALUE_TAKE_IN = "partner:value:take-in"
    WITNESSED_ENTER = "staff:witnessed:enter"
    WITNESSED_READ = "staff:witnessed:read"
    VALUE_WITNESS = "staff:value:witness"
    DISOWN = "actor:witnessed:disown"
    MESSAGE_SEND = "staff:message:send"
    MESSAGE_LEAVE_OUT = "system:message:leave-out"
    MESSAGE_AGAIN = "staff:message:send-again"
    CHANNEL_HOLD = "system:channel:hold"
    CHANNEL_TRY = "staff:channel:try"
    STOP_LIST_ADD = "actor:stop-list:add"
    STOP_LIST_LIFT = "customer:stop-list:lift"
    CONFIRMATION_ASK = "actor:confirmation:ask"
    CONFIRM = "customer:address:confirm"
    CHOICE_BY_LINK = "customer:choice:withdraw-by-link"
    WORD_CONFIRM = "customer:statement:confirm"
    WORD_REFUSE = "customer:statement:refuse"
    SEGMENT_COUNT = "staff:segment:count"
    CAMPAIGN_DRAFT = "staff:campaign:draft"
    CAMPAIGN_ASK = "staff:campaign:ask"
    CAMPAIGN_SEND = "staff:campaign:send"
    CAMPAIGN_STOP = "staff:campaign:stop"
    PARTY_ASK = "staff:party:ask"
    PARTY_CONFIRM = "staff:party:confirm"
    PARTY_OBJECT = "staff:party:object"
    ALARM_LOOK = "staff:alarm:look-into"
    ATTEST = "staff:promise:attest"
    SIGN_IN = "staff:session:sign-in"
    SIGN_IN_FAIL = "staff:session:sign-in-fail"
    STAFF_CHANGE = "operator:staff:change"
    CREDENTIAL_CHANGE = "operator:credential:change"
    # what the installation did
    FAX_END = "system:fax:end"
    POLICY_ACTIVATE = "staff:policy:activate"
    KEYS_ROTATE = "operator:keys:rotate"
    EPOCH_DESTROY = "operator:epoch:destroy"
    RETENTION_END = "system:retention:end"
    RUN_FAIL = "system:run:fail"
    SWEEP_FREEZE = "system:sweep:freeze"
    SWEEP_CONFIRM = "operator:sweep:confirm"
    ROLLBACK_FOUND = "system:rollback:found"
    NO_LOG_REPLAY = "system:no-log:replay"
    NO_LOG_LOST = "system:no-log:lost"
    RECOVER = "operator:ledger:recover"
    VALUE_LOST = "system:value:lost"
    BACKUP_KEY = "operator:backup:key"
    BACKUP_MAKE = "operator:backup:make"
    BACKUP_RESTORE = "operator:backup:restore"
    BACKUP_SIGN_OFF = "operator:backup:sign-off"
    RESTORE_DRILL = "operator:backup:drill"
    CANARY_PLANT = "operator:canary:plant"
    CANARY_ALARM = "system:canary:alarm"
    CANARY_ACKNOWLEDGE = "staff:canary:acknowledge"
    COOKIE_DROP = "system:cookie:drop"
    COOKIE_MISUSE = "system:cookie:misuse"
    COOKIE_USE = "system:cookie:use"
    COOKIE_SCAN = "operator:cookies:scan"
    SERVE_FIRST = "operator:installation:serve-first"
    ERASE_AGAIN = "staff:person:erase-again"
    DISCLOSURE_TELL = "system:disclosure:tell"
    SUBMISSION_REFUSE = "system:submission:refuse"
    REQUEST_REFUSE = "actor:request:refuse"


GROUNDS: Mapping[Act, str] = MappingProxyType(
    {
        # the vault opened, or refused to
        Act.VALUE_READ: "one-gate",
        Act.PERSON_FIND: "one-gate",
        Act.OWN_VIEW: "purposes:rights-request",
        Act.TAKE_ALONG: "purposes:rights-request",
        # what the person did
        Act.ACCOUNT_OPEN: "account-without-personal-information nothing-required collection:registration",
        Act.ACCOUNT_SEEN: "keep collection",
        Act.FIRST_SIGN_IN: "sign-in-protection",
        Act.VALUE_COLLECT: "notice-first purpose-before-collection",
        Act.VALUE_CORRECT: "bound-to-notice",
        Act.VALUE_REMOVE: "bound-to-notice",
        Act.CHOICE_ALLOW: "bound-to-notice",
        Act.CHOICE_WITHDRAW: "bound-to-notice",
        Act.SIGN_IN_NEW_DEVICE: "cookies:device addresses sign-in-protection",
        Act.SIGN_IN_SEEN: "cookies:device addresses sign-in-protection",
        Act.SIGN_IN_ALARM: "cookies:device addresses sign-in-protection",
        Act.EXTERNAL_LINK: "account-without-personal-information sign-in-protection nothing-required",
        Act.EXTERNAL_UNLINK: "account-without-personal-information sign-in-protection nothing-required",
        Act.DEVICE_COPIED: "cookies:remember sign-in-protection",
        Act.DEVICE_FORGET: "cookies:remember sign-in-protection",
        Act.PASSKEY_ADD: "sign-in-protection",
        Act.PASSKEY_REMOVE: "sign-in-protection",
        Act.PASSWORD_SET: "sign-in-protection",
        Act.PASSWORD_REMOVE: "sign-in-protection",
        Act.CODES_NEW: "sign-in-protection",
        Act.CODE_USE: "sign-in-protection",
        Act.PART_END: "collection",
        Act.USE_STOP: "bound-to-notice",
        Act.ADVERTISING_MARK: "roles",
        Act.USE_RESUME: "bound-to-notice",
        Act.ERASE_INTEND: "purposes:rights-request",
        Act.ERASE_UNDO: "purposes:rights-request",
        Act.ERASED: "purposes:rights-request",
        # what staff did
        Act.CASE_OPEN: "roles",
        Act.CASE_CLOSE: "roles",
        Act.EMERGENCY_OPEN: "break-glass-reviewed",
        Act.EMERGENCY_NAME: "break-glass-reviewed",
        Act.EMERGENCY_READ: "break-glass-reviewed",
        Act.EMERGENCY_REVIEW: "break-glass-reviewed",
        Act.CONTACT_WRITE: "roles",
        Act.ADVERTISING_SETTLE: "roles",
        Act.INQUIRY_ASK: "roles",
        Act.INQUIRY_NOTE: "roles",
        Act.INQUIRY_TAKE: "roles",
        Act.PROGRAM_WRITE: "roles",
        Act.LETTER_PRINT: "consent-checked-when-sent purposes:message",
        Act.LETTERS_FETCH: "consent-checked-when-sent purposes:message",
        Act.CALL_SHEET_BEGIN: "consent-checked-when-sent purposes:message",
        Act.CALL_REVEAL: "consent-checked-when-sent purposes:message",
        Act.CALL_END: "consent-checked-when-sent purposes:message",
        Act.RIGHTS_REQUEST_OPEN: "purposes:rights-request",
        Act.RIGHTS_REQUEST_STEP: "purposes:rights-request",
        Act.RIGHTS_REQUEST_FINISH: "purposes:rights-request",
        Act.RIGHTS_REQUEST_READ: "purposes:rights-request",
        Act.RIGHTS_REQUEST_ASK: "purposes:rights-request",
        Act.RIGHTS_REQUEST_FETCH: "purposes:rights-request",
        Act.APPROVAL_ASK: "roles",
        Act.APPROVAL_GIVE: "roles",
        Act.PROVIDE: "no-provision-without-consent recipients",
        Act.PROVISION_ASK: "no-provision-without-consent recipients",
        Act.PROVISION_FETCH: "no-provision-without-consent recipients",
        Act.RECALL_TELL: "recall-in-time no-provision-without-consent recipients",
        Act.RECALL_CONFIRM: "recall-in-time no-provision-without-consent recipients",
        Act.REGISTER_VIEW: "provision-register no-provision-without-consent recipients",
        Act.REGISTER_END: "provision-register no-provision-without-consent recipients",
        Act.INSTANCE_DRAFT: "collection",
        Act.INSTANCE_OPEN: "collection",
        Act.INSTANCE_CLOSE: "collection",
        Act.INSTANCE_END: "collection",
        Act.ANSWERS_COUNT: "collection",
        Act.ENTRY_CHOOSE: "collection",
        Act.PUBLISH: "collection",
        Act.DRAW: "collection",
        Act.ARRIVE: "collection",
        Act.PRIZE_DELIVER: "collection",
        Act.DISCLOSE: "disclosure disclosure-within-request purposes:legal-disclosure",
        Act.DISCLOSURE_RECORD: "disclosure disclosure-within-request purposes:legal-disclosure",
        Act.DISCLOSURE_READ: "disclosure disclosure-within-request purposes:legal-disclosure",
        Act.DISCLOSURE_ASK: "disclosure disclosure-within-request purposes:legal-disclosure",
        Act.DISCLOSURE_FINISH: "disclosure disclosure-within-request purposes:legal-disclosure",
        Act.DISCLOSURE_FETCH: "disclosure disclosure-within-request purposes:legal-disclosure",
        Act.DISCLOSURE_EXCEED: "disclosure disclosure-within-request purposes:legal-disclosure",
        Act.VALUE_COUNT: "statistics",
        Act.STATISTIC_BUILD: "statistics",
        Act.STATISTIC_ASK: "statistics",
        Act.STATISTIC_ANSWER: "statistics",
        Act.STATISTIC_RELEASE: "released-statistics-only statistics",
        Act.STATISTIC_EXPORT: "released-statistics-only statistics",
        Act.INTAKE: "sources:partner",
        Act.INTAKE_QUARANTINE: "sources:partner",
        Act.VALUE_TAKE_IN: "sources:partner",
        Act.WITNESSED_ENTER: "sources:direct",
        Act.WITNESSED_READ: "sources:direct",
        Act.VALUE_WITNESS: "sources:direct",
        Act.DISOWN: "sources:direct",
        Act.MESSAGE_SEND: "consent-checked-when-sent purposes:message",
        Act.MESSAGE_LEAVE_OUT: "consent-checked-when-sent purposes:message",
        Act.MESSAGE_AGAIN: "consent-checked-when-sent purposes:message",
        Act.CHANNEL_HOLD: "consent-checked-when-sent purposes:message",
        Act.CHANNEL_TRY: "consent-checked-when-sent purposes:message",
        Act.STOP_LIST_ADD: "consent-checked-when-sent purposes:message",
        Act.STOP_LIST_LIFT: "consent-checked-when-sent purposes:message",
        Act.CONFIRMATION_ASK: "consent-checked-when-sent purposes:message",
        Act.CONFIRM: "consent-checked-when-sent purposes:message",
        Act.WORD_CONFIRM: "sources:partner",
        Act.WORD_REFUSE: "sources:partner",
        Act.CHOICE_BY_LINK: "says-why-you-got-it consent-checked-when-sent purposes:message",
        Act.SEGMENT_COUNT: "segments consent-checked-when-sent purposes:message",
        Act.CAMPAIGN_DRAFT: "consent-checked-when-sent purposes:message",
        Act.CAMPAIGN_ASK: "consent-checked-when-sent purposes:message",
        Act.CAMPAIGN_SEND: "consent-checked-when-sent purposes:message",
        Act.CAMPAIGN_STOP: "consent-checked-when-sent purposes:message",
        Act.PARTY_ASK: "roles",
        Act.PARTY_CONFIRM: "roles",
        Act.PARTY_OBJECT: "roles",
        Act.ALARM_LOOK: "roles",
        Act.ATTEST: "attest",
        Act.SIGN_IN: "staff-second-factor",
        Act.SIGN_IN_FAIL: "staff-second-factor",
        Act.STAFF_CHANGE: "purpose-bound-roles roles",
        Act.CREDENTIAL_CHANGE: "purpose-bound-roles roles",
        # what the installation did
        Act.FAX_END: "consent-checked-when-sent purposes:message",
        Act.POLICY_ACTIVATE: "bound-to-notice",
        Act.RUN_FAIL: "durable-writes",
        Act.KEYS_ROTATE: "key-epochs keys-apart",
        Act.EPOCH_DESTROY: "key-epochs keys-apart",
        Act.RETENTION_END: "bound-to-notice",
        Act.SWEEP_FREEZE: "bound-to-notice",
        Act.SWEEP_CONFIRM: "bound-to-notice",
        Act.ROLLBACK_FOUND: "ledger-consistent sealed-values",
        Act.ERASE_AGAIN: "restore-drill backups",
        Act.NO_LOG_REPLAY: "restore-drill backups",
        Act.NO_LOG_LOST: "restore-drill backups",
        Act.RECOVER: "restore-drill backups",
        Act.VALUE_LOST: "durable-writes",
        Act.BACKUP_KEY: "backups restore-drill",
        Act.BACKUP_MAKE: "backups restore-drill",
        Act.BACKUP_RESTORE: "restore-drill backups",
        Act.BACKUP_SIGN_OFF: "restore-drill backups",
        Act.RESTORE_DRILL: "restore-drill backups",
        Act.CANARY_PLANT: "canaries-silent",
        Act.CANARY_ALARM: "canaries-silent",
        Act.CANARY_ACKNOWLEDGE: "canaries-silent",
        Act.COOKIE_DROP: "only-declared-cookies",
        Act.COOKIE_MISUSE: "cookie-value-for-its-purpose only-declared-cookies",
        Act.COOKIE_USE: "cookies",
        Act.COOKIE_SCAN: "browser-scan only-declared-cookies",
        Act.SERVE_FIRST: "browser-scan",
        Act.DISCLOSURE_TELL: "disclosure disclosure-within-request purposes:legal-disclosure",
        Act.SUBMISSION_REFUSE: "purpose-before-collection",
        Act.REQUEST_REFUSE: "roles",
    }
)
"""What each act rests on, as `kept.policy.ground` knows it: the policy in force says which clause that is."""


WHERE_DECLARED = frozenset(
    {
        *("recipients", "sources:direct", "sources:partner", "disclosure", "statistics", "attest", "cookies:remember"),
        *("purposes:message", "purposes:rights-request"),
    }
)
"""Grounds without which what rests on them does not happen: there is no legal desk where no disclosure is declared."""

OWN_RIGHTS = frozenset({Act.OWN_VIEW, Act.TAKE_ALONG, Act.ERASE_INTEND, Act.ERASE_UNDO, Act.ERASED})
"""What a person may do with their own data in every installation, whatever its policy declares."""

USES = frozenset(
    {
        *(Act.VALUE_READ, Act.PERSON_FIND, Act.OWN_VIEW, Act.TAKE_ALONG),
        *(Act.ACCOUNT_OPEN, Act.ACCOUNT_SEEN, Act.FIRST_SIGN_IN, Act.SIGN_IN_NEW_DEVICE, Act.DEVICE_COPIED),
        *(Act.SIGN_IN_SEEN, Act.SIGN_IN_ALARM),
        *(Act.VALUE_COLLECT, Act.VALUE_CORRECT, Act.VALUE_REMOVE, Act.VALUE_TAKE_IN, Act.VALUE_LOST),
        *(Act.WITNESSED_ENTER, Act.WITNESSED_READ, Act.VALUE_WITNESS, Act.DISOWN),
        *(Act.CHOICE_ALLOW, Act.CHOICE_WITHDRAW, Act.CHOICE_BY_LINK, Act.USE_STOP, Act.USE_RESUME),
        *(Act.WORD_CONFIRM, Act.WORD_REFUSE),
        *(Act.ERASE_INTEND, Act.ERASE_UNDO, Act.ERASED, Act.RETENTION_END),
        *(Act.INQUIRY_ASK, Act.INQUIRY_NOTE, Act.INQUIRY_TAKE),
        *(Act.CASE_OPEN, Act.CONTACT_WRITE, Act.EMERGENCY_NAME, Act.EMERGENCY_READ),
        *(Act.RIGHTS_REQUEST_OPEN, Act.RIGHTS_REQUEST_STEP, Act.RIGHTS_REQUEST_FINISH),
        *(Act.RIGHTS_REQUEST_READ, Act.RIGHTS_REQUEST_ASK, Act.RIGHTS_REQUEST_FETCH),
        *(Act.MESSAGE_SEND, Act.MESSAGE_LEAVE_OUT, Act.MESSAGE_AGAIN, Act.STOP_LIST_ADD, Act.STOP_LIST_LIFT),
        *(Act.LETTER_PRINT, Act.LETTERS_FETCH, Act.CALL_SHEET_BEGIN, Act.CALL_REVEAL, Act.CALL_END, Act.FAX_END),
        *(Act.PROVIDE, Act.PROVISION_FETCH, Act.REGISTER_VIEW, Act.REGISTER_END, Act.INTAKE_QUARANTINE),
        *(Act.DISCLOSE, Act.DISCLOSURE_FETCH, Act.DISCLOSURE_TELL, Act.DISCLOSURE_EXCEED),
        *(Act.PART_END, Act.ANSWERS_COUNT, Act.ENTRY_CHOOSE, Act.PUBLISH, Act.DRAW, Act.ARRIVE, Act.PRIZE_DELIVER),
        *(Act.STATISTIC_BUILD, Act.STATISTIC_ASK, Act.STATISTIC_ANSWER, Act.STATISTIC_RELEASE, Act.STATISTIC_EXPORT),
        *(Act.CAMPAIGN_SEND, Act.CANARY_ALARM, Act.SUBMISSION_REFUSE, Act.REQUEST_REFUSE),
        *(Act.COOKIE_DROP, Act.COOKIE_MISUSE, Act.COOKIE_USE),
    }
)
"""Acts that concern customers' data, which pages count as uses of a clause: signing staff in or a backup is none.

`Act.VALUE_COUNT` is not among them: how many people a projection holds is a true count.
"""


def uncovered(policy: Policy) -> tuple[Act, ...]:
    """Return what can happen under *policy* without a clause to cite, in the order of the vocabulary.

    An act that rests on what a policy declares happens only where it is declared.
    """
    return tuple(
        act
        for act, ground in GROUNDS.items()
        if not clause_of(policy, ground) and (act in OWN_RIGHTS or WHERE_DECLARED.isdisjoint(ground.split()))
    )


class Outcome(StrEnum):
    """How it ended."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    WITHHELD = "withheld"
    DONE = "done"
    FAILED = "failed"
