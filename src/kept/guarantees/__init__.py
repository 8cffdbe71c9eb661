"""The engine's built-in promises: a closed list, one file each.

From a clause to the code that keeps it is two hops: the clause names a guarantee, its file names the function.
"""

from __future__ import annotations

from kept.guarantees.account_without_personal_information import GUARANTEE as ACCOUNT_WITHOUT_PERSONAL_INFORMATION
from kept.guarantees.backups import GUARANTEE as BACKUPS
from kept.guarantees.bound_to_notice import GUARANTEE as BOUND_TO_NOTICE
from kept.guarantees.break_glass_reviewed import GUARANTEE as BREAK_GLASS_REVIEWED
from kept.guarantees.browser_contents_shown import GUARANTEE as BROWSER_CONTENTS_SHOWN
from kept.guarantees.browser_scan import GUARANTEE as BROWSER_SCAN
from kept.guarantees.canaries_silent import GUARANTEE as CANARIES_SILENT
from kept.guarantees.clean_logs import GUARANTEE as CLEAN_LOGS
from kept.guarantees.consent_checked_when_sent import GUARANTEE as CONSENT_CHECKED_WHEN_SENT
from kept.guarantees.cookie_value_for_its_purpose import GUARANTEE as COOKIE_VALUE_FOR_ITS_PURPOSE
from kept.guarantees.declared_items_only import GUARANTEE as DECLARED_ITEMS_ONLY
from kept.guarantees.disclosure_within_request import GUARANTEE as DISCLOSURE_WITHIN_REQUEST
from kept.guarantees.durable_writes import GUARANTEE as DURABLE_WRITES
from kept.guarantees.fair_forms import GUARANTEE as FAIR_FORMS
from kept.guarantees.guarantee import Guarantee
from kept.guarantees.key_epochs import GUARANTEE as KEY_EPOCHS
from kept.guarantees.keys_apart import GUARANTEE as KEYS_APART
from kept.guarantees.ledger_consistent import GUARANTEE as LEDGER_CONSISTENT
from kept.guarantees.no_provision_without_consent import GUARANTEE as NO_PROVISION_WITHOUT_CONSENT
from kept.guarantees.nothing_required import GUARANTEE as NOTHING_REQUIRED
from kept.guarantees.nothing_unneeded import GUARANTEE as NOTHING_UNNEEDED
from kept.guarantees.notice_first import GUARANTEE as NOTICE_FIRST
from kept.guarantees.one_gate import GUARANTEE as ONE_GATE
from kept.guarantees.only_declared_cookies import GUARANTEE as ONLY_DECLARED_COOKIES
from kept.guarantees.provision_register import GUARANTEE as PROVISION_REGISTER
from kept.guarantees.purpose_before_collection import GUARANTEE as PURPOSE_BEFORE_COLLECTION
from kept.guarantees.purpose_bound_roles import GUARANTEE as PURPOSE_BOUND_ROLES
from kept.guarantees.recipients_named_where_acquired import GUARANTEE as RECIPIENTS_NAMED_WHERE_ACQUIRED
from kept.guarantees.released_statistics_only import GUARANTEE as RELEASED_STATISTICS_ONLY
from kept.guarantees.restore_drill import GUARANTEE as RESTORE_DRILL
from kept.guarantees.says_why_you_got_it import GUARANTEE as SAYS_WHY_YOU_GOT_IT
from kept.guarantees.sealed_values import GUARANTEE as SEALED_VALUES
from kept.guarantees.sign_in_protection import GUARANTEE as SIGN_IN_PROTECTION
from kept.guarantees.staff_second_factor import GUARANTEE as STAFF_SECOND_FACTOR
from kept.policy.vocabulary import GuaranteeWord

ALL: dict[str, Guarantee] = {
    one.id: one
    for one in (
        ONE_GATE,
        DECLARED_ITEMS_ONLY,
        PURPOSE_BEFORE_COLLECTION,
        NOTHING_UNNEEDED,
        FAIR_FORMS,
        NOTICE_FIRST,
        NOTHING_REQUIRED,
        ACCOUNT_WITHOUT_PERSONAL_INFORMATION,
        BOUND_TO_NOTICE,
        RECIPIENTS_NAMED_WHERE_ACQUIRED,
        PURPOSE_BOUND_ROLES,
        STAFF_SECOND_FACTOR,
        BREAK_GLASS_REVIEWED,
        SIGN_IN_PROTECTION,
        SEALED_VALUES,
        LEDGER_CONSISTENT,
        KEYS_APART,
        CLEAN_LOGS,
        DURABLE_WRITES,
        BROWSER_CONTENTS_SHOWN,
        COOKIE_VALUE_FOR_ITS_PURPOSE,
        ONLY_DECLARED_COOKIES,
        BROWSER_SCAN,
        CONSENT_CHECKED_WHEN_SENT,
        SAYS_WHY_YOU_GOT_IT,
        NO_PROVISION_WITHOUT_CONSENT,
        PROVISION_REGISTER,
        RELEASED_STATISTICS_ONLY,
        DISCLOSURE_WITHIN_REQUEST,
        RESTORE_DRILL,
        KEY_EPOCHS,
        CANARIES_SILENT,
        BACKUPS,
    )
}
"""Every built-in promise by id."""


def words() -> dict[str, GuaranteeWord]:
    """Return the promises as the policy language knows them."""
    return {one.id: one.word() for one in ALL.values()}
