"""The letter that answers a rights request: what was asked, decided, and why, in the person's language; a page that prints."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kept.policy.day import day_of
from kept.policy.model import Policy
from kept.policy.rights import KIND_TITLES, refusals_of
from kept.services.my_data.rights_record import GRANTED, NOTHING_HELD, OVERTAKEN, REFUSED, Part

UNSHOWN = "identity not shown"
"""The outcome of a request by somebody who did not show who they are."""
SAY: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Answer to request no. {number}",
        "dates": "Received on {received}, answered on {answered}.",
        "asked": "What you asked for, and what we decided",
        GRANTED: "done as you asked",
        REFUSED: "refused: {ground}",
        NOTHING_HELD: "we hold nothing of this kind about you",
        OVERTAKEN: "not done: you changed this yourself after you wrote",
        "withheld": "Left out of the copy: {item}, because: {ground}",
        "fee": "Fee: {fee} ({state})",
        "told": "told", "paid": "paid", "waived": "waived",
        "purposes": "What each item is used for",
        "records": "Who received what, and from whom we received something",
        "none": "Nothing.",
        "nobody": "We searched for what your letter carries and hold nothing about you.",
        UNSHOWN: "You have not shown us yet who you are. Until you do, we tell nobody whether we hold anything about a person "
        "of that name. Send us a copy of a document that shows your name and address, or come in person.",
        "complaints": "If you do not agree: {complaints}",
        "mark": "This answer was made for one person who asked. Mark: {mark}",
    },
    "ja": {
        "title": "ご請求 第{number}号へのご回答",
        "dates": "受付日 {received}、回答日 {answered}",
        "asked": "ご請求の内容と当社の決定",
        GRANTED: "ご請求のとおりにいたしました",
        REFUSED: "お応えできません：{ground}",
        NOTHING_HELD: "該当する情報は保有しておりません",
        OVERTAKEN: "ご請求の後にご自身で変更されたため、行っておりません",
        "withheld": "写しから除いたもの：{item}（理由：{ground}）",
        "fee": "手数料：{fee}（{state}）",
        "told": "ご案内済み", "paid": "お支払い済み", "waived": "免除",
        "purposes": "項目ごとの利用目的",
        "records": "第三者への提供と、第三者からの受領の記録",
        "none": "ありません。",
        "nobody": "お手紙に記載の情報で確認しましたが、お客様に関する情報は保有しておりません。",
        UNSHOWN: "ご本人であることの確認がまだできておりません。確認できるまでは、"
        "そのお名前の方の情報の有無をどなたにもお答えしません。"
        "お名前とご住所のわかる本人確認書類の写しをお送りいただくか、窓口にお越しください。",
        "complaints": "ご不服のあるときの窓口：{complaints}",
        "mark": "このご回答は、ご請求になった方お一人のために作成しました。識別：{mark}",
    },
}  # fmt: skip
STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ccc;padding:.4rem;text-align:left;vertical-align:top}"
    "small{color:#555}@media print{h2{break-after:avoid}tr{break-inside:avoid}}"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a letter says.

    Args:
        number: The request's.
        received_at: When it came, unix seconds.
        answered_at: When it is answered, unix seconds.
        parts: What was asked and decided.
        whole: A sentence in place of the parts, a word of `SAY`; empty where there are parts to tell.
        fee: The fee; empty for none.
        fee_state: `told`, `paid` or `waived`.
        purposes: Title of each item, with the titles of its purposes; None where that was not asked.
        records: Lines of the registers, each a row of text; None where that was not asked.
        mark: What this copy is told by.
    """

    number: int
    received_at: float
    answered_at: float
    parts: Sequence[Part]
    whole: str = ""
    fee: str = ""
    fee_state: str = ""
    purposes: Sequence[tuple[str, str]] | None = None
    records: Sequence[tuple[str, ...]] | None = None
    mark: str = ""


def letter(policy: Policy, said: Said, language: str, appended: str = "") -> str:
    """Return the letter as a page that prints.

    Args:
        policy: In force.
        said: What it says.
        language: Its reader's.
        appended: Further pages, HTML of our own making; empty for none.
    """
    words = SAY.get(language, SAY["en"])
    controller = {**policy.controller, **policy.controllers.get(language, {})}
    title = words["title"].format(number=said.number)
    dates = {"received": day_of(said.received_at, policy.zone), "answered": day_of(said.answered_at, policy.zone)}
    lines = [
        f"<p>{_text(controller.get('name', ''))}<br>{_text(controller.get('address', ''))}</p><h1>{_text(title)}</h1>",
        f"<p>{_text(words['dates'].format(**dates))}</p>",
    ]
    if said.whole:
        lines.append(f"<p>{_text(words[said.whole])}</p>")
    else:
        rows = "".join(
            f"<tr><th>{_text(title_of(policy, one, language))}<td>{_text(decided(policy, one, language))}"
            for one in said.parts
        )
        lines.append(f"<h2>{_text(words['asked'])}</h2><table>{rows}</table>")
        lines.extend(f"<p>{_text(one)}</p>" for part in said.parts for one in left_out(policy, part, language))
    if said.fee:
        state = words.get(said.fee_state, "")
        lines.append(f"<p>{_text(words['fee'].format(fee=said.fee, state=state))}</p>")
    for heading, table in (("purposes", said.purposes), ("records", said.records)):
        if table is not None:
            rows = "".join("<tr>" + "".join(f"<td>{_text(cell)}" for cell in row) for row in table)
            found = f"<table>{rows}</table>" if rows else f"<p>{_text(words['none'])}</p>"
            lines.append(f"<h2>{_text(words[heading])}</h2>{found}")
    if complaints := controller.get("complaints"):
        lines.append(f"<p>{_text(words['complaints'].format(complaints=complaints))}</p>")
    lines.append(f"<p><small>{_text(words['mark'].format(mark=said.mark))}</small></p>")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(lines)}{appended}</body></html>"
    )


def title_of(policy: Policy, part: Part, language: str) -> str:
    """Return what a part asks, as the reader calls it."""
    kind = KIND_TITLES[part.kind].get(language, part.kind.value)
    named = policy.items.get(part.target) or policy.purposes.get(part.target)
    target = named.titles.get(language, part.target) if named else part.target
    return f"{kind}: {target}" if target else kind


def decided(policy: Policy, part: Part, language: str) -> str:
    """Return what was decided about a part, with the ground of a refusal."""
    words = SAY.get(language, SAY["en"])
    return words.get(part.outcome, "").format(ground=_ground(policy, part.ground, language))


def left_out(policy: Policy, part: Part, language: str) -> list[str]:
    """Return what was left out of a copy, each with its ground."""
    words = SAY.get(language, SAY["en"])
    found = []
    for slot, ground in part.withheld.items():
        item = policy.items.get(slot.partition("#")[0])
        name = item.titles.get(language, slot) if item else slot
        found.append(words["withheld"].format(item=name, ground=_ground(policy, ground, language)))
    return found


def _ground(policy: Policy, ground: str, language: str) -> str:
    return refusals_of(policy).get(ground, {}).get(language, ground)


def _text(text: str) -> str:
    return html.escape(text)
