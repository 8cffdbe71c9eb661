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
    EMERGENCY_OPEN = "staff:emergency:open"
    EMERGENCY_BIND = "staff:emergency:bind"
    EMERGENCY_READ = "staff:emergency:read"
    EMERGENCY_REVIEW = "staff:emergency:review"
    APPROVAL_ASK = "staff:approval:ask"
    APPROVAL_GIVE = "staff:approval:give"
    PROVIDE = "staff:value:provide"
    PROVISION_ASK = "staff:provision:ask"
    PROVISION_FINISH = "staff:provision:finish"
    PROVISION_FETCH = "staff:provision:fetch"
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
    VALUE_LOST = "house:value:lost"
    BACKUP_KEY = "operator:backup:key"
    BACKUP_MAKE = "operator:backup:make"
    BACKUP_RESTORE = "operator:backup:restore"
    BACKUP_SIGN_OFF = "operator:backup:sign-off"
    RESTORE_DRILL = "operator:backup:drill"
    CANARY_PLANT = "operator:canary:plant"
    CANARY_ALARM = "house:canary:alarm"
    CANARY_ACKNOWLEDGE = "staff:canary:acknowledge"
    COOKIE_DROP = "house:cookie:drop"
    COOKIE_SCAN = "operator:cookies:scan"
    RECIPIENT_CHANGE = "operator:recipient:change"
    SUBMISSION_REFUSE = "house:submission:refuse"


class Outcome(StrEnum):
    """How it ended."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    WITHHELD = "withheld"
    DONE = "done"
    FAILED = "failed"
