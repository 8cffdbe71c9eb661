"""The closed vocabulary of the ledger: what can have happened.

`source:subject:action`. The source is who acted: customer, staff, service (an API credential), operator or house (Kept
itself). Words are permanent: entries hold them for years.
"""

from __future__ import annotations

from enum import StrEnum


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
    VALUE_COLLECT = "customer:value:collect"
    VALUE_CORRECT = "customer:value:correct"
    VALUE_REMOVE = "customer:value:remove"
    CHOICE_ALLOW = "customer:choice:allow"
    CHOICE_WITHDRAW = "customer:choice:withdraw"
    SIGN_IN_NEW_DEVICE = "customer:account:sign-in-new-device"
    DEVICE_COPIED = "customer:device:copied"
    PART_END = "customer:participation:end"
    USE_STOP = "customer:use:stop"
    USE_RESUME = "customer:use:resume"
    ERASE_INTEND = "actor:person:erase-intend"
    ERASE_UNDO = "customer:person:erase-undo"
    ERASED = "house:person:erased"
    # what staff did
    CASE_OPEN = "staff:case:open"
    CASE_CLOSE = "staff:case:close"
    RIGHTS_REQUEST_OPEN = "staff:rights-request:open"
    RIGHTS_REQUEST_STEP = "staff:rights-request:step"
    RIGHTS_REQUEST_FINISH = "staff:rights-request:finish"
    APPROVAL_ASK = "staff:approval:ask"
    APPROVAL_GIVE = "staff:approval:give"
    PROVIDE = "staff:value:provide"
    PROVISION_ASK = "staff:provision:ask"
    PROVISION_FINISH = "staff:provision:finish"
    PROVISION_FETCH = "staff:provision:fetch"
    INSTANCE_DRAFT = "staff:instance:draft"
    INSTANCE_OPEN = "staff:instance:open"
    INSTANCE_CLOSE = "actor:instance:close"
    INSTANCE_END = "house:instance:end"
    ANSWERS_COUNT = "staff:answers:count"
    ENTRY_CHOOSE = "staff:entry:choose"
    PUBLISH = "staff:value:publish"
    DRAW = "staff:lot:draw"
    ARRIVE = "staff:participation:arrive"
    PRIZE_DELIVER = "staff:prize:deliver"
    DISCLOSE = "staff:value:disclose"
    DISCLOSURE_RECORD = "staff:disclosure:record"
    DISCLOSURE_ASK = "staff:disclosure:ask"
    DISCLOSURE_FINISH = "staff:disclosure:finish"
    DISCLOSURE_FETCH = "staff:disclosure:fetch"
    DISCLOSURE_EXCEED = "staff:disclosure:exceed"
    INTAKE = "actor:intake:begin"
    INTAKE_QUARANTINE = "house:intake:quarantine"
    VALUE_TAKE_IN = "partner:value:take-in"
    PARTNER_CHANGE = "operator:partner:change"
    ATTEST = "staff:promise:attest"
    SIGN_IN = "staff:session:sign-in"
    SIGN_IN_FAIL = "staff:session:sign-in-fail"
    STAFF_CHANGE = "operator:staff:change"
    CREDENTIAL_CHANGE = "operator:credential:change"
    # what the house did
    POLICY_ACTIVATE = "staff:policy:activate"
    KEYS_ROTATE = "operator:keys:rotate"
    EPOCH_DESTROY = "operator:epoch:destroy"
    RETENTION_END = "house:retention:end"
    SWEEP_FREEZE = "house:sweep:freeze"
    SWEEP_CONFIRM = "operator:sweep:confirm"
    ROLLBACK_FOUND = "house:rollback:found"
    RECOVER = "operator:ledger:recover"
    COOKIE_DROP = "house:cookie:drop"
    COOKIE_SCAN = "operator:cookies:scan"
    RECIPIENT_CHANGE = "operator:recipient:change"
    DISCLOSURE_TELL = "house:disclosure:tell"
    SUBMISSION_REFUSE = "house:submission:refuse"


class Outcome(StrEnum):
    """How it ended."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    WITHHELD = "withheld"
    DONE = "done"
    FAILED = "failed"
