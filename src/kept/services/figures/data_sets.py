"""The data sets of the policy in force, and who may ask them: the right `statistics`, and a purpose of the data set."""

from __future__ import annotations

from kept.cookies.visit_marks import FEATURES, PAGES
from kept.errors import DeniedError, InputError
from kept.policy.words import Exit
from kept.services.engine.acts import GROUNDS, Act, Outcome
from kept.services.engine.engine import Engine
from kept.services.engine.flush import SealedEntry
from kept.services.engine.record import entry_of
from kept.services.staff.sessions import StaffSession
from kept.statistics.data_set import DataSet, data_sets

RIGHT = "statistics"
VISIT_OPTIONS: dict[str, dict[str, dict[str, str]]] = {
    "page": {
        "home": {"en": "Front page", "ja": "トップページ"},
        "own": {"en": "The company's own pages", "ja": "会社独自のページ"},
        "policy": {"en": "Privacy policy", "ja": "プライバシーポリシー"},
        "join": {"en": "Joining", "ja": "入会"},
        "registration": {"en": "Registration", "ja": "登録"},
        "cookies": {"en": "Cookies", "ja": "クッキー"},
    },
    "feature": {
        "look": {"en": "Looking", "ja": "閲覧"},
        "filter": {"en": "Choosing what to see", "ja": "表示の絞り込み"},
    },
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
            hint="the policy declares them under `statistics`",
            rests_on="statistics",
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


def statistic_entry(  # noqa: PLR0913 -- each is a part of the entry, and the desk has no other
    engine: Engine,
    session: StaffSession,
    act: Act,
    at: float,
    *facts: tuple[str, str],
    purpose: str,
    data_set: str,
    outcome: Outcome = Outcome.DONE,
) -> SealedEntry:
    """Return an entry of the statistics desk, about nobody; no figure is in it.

    Args:
        engine: Open.
        session: Who acts.
        act: What; a release and an export rest on their own promise, all else on what declares the data set.
        at: When, unix seconds.
        *facts: Question, price, recipient, beside the data set.
        purpose: For which purpose.
        data_set: Which.
        outcome: How it ended.
    """
    own = GROUNDS[act] if act in {Act.STATISTIC_RELEASE, Act.STATISTIC_EXPORT} else ""
    return entry_of(
        engine,
        session.acting(purpose=purpose),
        act,
        at=at,
        outcome=outcome,
        rests_on=f"{own} statistics:{data_set}".strip(),
        exit=Exit.STATISTICS.value,
        facts=(("data-set", data_set), *facts),
    )
