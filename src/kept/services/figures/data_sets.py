"""The data sets of the policy in force, and who may ask them: the right `statistics`, and a purpose of the data set."""

from __future__ import annotations

from kept.errors import DeniedError, InputError
from kept.services.cookies.visits import FEATURES, PAGES
from kept.services.engine.acts import Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.entry import build_entry
from kept.services.engine.flush import SealedEntry
from kept.services.staff.account_part import staff_account
from kept.services.staff.sessions import StaffSession
from kept.statistics.data_set import DataSet, data_sets

RIGHT = "statistics"
VISIT_OPTIONS: dict[str, dict[str, dict[str, str]]] = {
    "page": {
        "home": {"en": "Pictures", "ja": "写真一覧"},
        "picture": {"en": "One picture", "ja": "写真の個別ページ"},
        "policy": {"en": "Privacy policy", "ja": "プライバシーポリシー"},
        "join": {"en": "Joining", "ja": "入会"},
        "registration": {"en": "Registration", "ja": "登録"},
        "cookies": {"en": "Cookies", "ja": "クッキー"},
    },
    "feature": {"look": {"en": "Looking", "ja": "閲覧"}, "filter": {"en": "Choosing a theme", "ja": "テーマの選択"}},
}
"""What is counted of visits, with its titles: as `visits` has it."""

if tuple(VISIT_OPTIONS["page"]) != PAGES or tuple(VISIT_OPTIONS["feature"]) != FEATURES:
    raise RuntimeError("every page and feature that is counted needs a title here, in the same order")


def all_data_sets(engine: Engine) -> dict[str, DataSet]:
    """Return the data sets the policy in force declares."""
    return data_sets(engine.policy.policy, VISIT_OPTIONS)


def data_set_of(engine: Engine, name: str) -> DataSet:
    """Return one data set.

    Raises:
        InputError: The policy declares none of that name.
    """
    found = all_data_sets(engine).get(name)
    if found is None:
        raise InputError(
            "expected a data set of the policy, found another",
            reason="data-set-unknown",
            rests_on="released-statistics-only",
        )
    return found


def require_desk(engine: Engine, session: StaffSession, data_set: DataSet) -> str:
    """Insist on the right and a purpose of the data set; return the purpose.

    Args:
        engine: Open.
        session: Signed in with both factors.
        data_set: Which.

    Raises:
        DeniedError: A right or every purpose of the data set is missing.
    """
    session.require(engine, RIGHT)
    for purpose in data_set.purposes:
        if session.acts_for(engine, purpose):
            return purpose
    raise DeniedError(
        f"expected a role with a purpose of the data set, found {', '.join(session.roles)}",
        step=1,
        needed=f"a role with one of the purposes {', '.join(data_set.purposes)}",
        reason="statistics-purpose",
        clause=f"§{data_set.clause}",
    )


def statistic_entry(  # noqa: PLR0913 -- the fields of an entry
    engine: Engine,
    session: StaffSession,
    act: Act,
    at: float,
    *,
    purpose: str,
    clause: str,
    facts: tuple[tuple[str, str], ...],
    outcome: Outcome = Outcome.DONE,
) -> SealedEntry:
    """Return an entry of the statistics desk, about nobody; no figure is in it.

    Args:
        engine: Open.
        session: Who acts.
        act: What.
        at: When, unix seconds.
        purpose: For which purpose.
        clause: Clause it rests on.
        facts: Data set, question, price, recipient.
        outcome: How it ended.
    """
    account = staff_account(
        engine,
        session,
        act,
        outcome,
        at,
        purpose=purpose,
        clause=clause,
        exit="statistics",
        facts=facts,
    )
    return engine.seal_entry(build_entry(account), None)
