"""What a form shows before anything is given: the notice, built from the policy, as tuples and as the words shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel import Locale

from kept.errors import SubmissionError
from kept.policy import phrase
from kept.policy.channel import CHANNEL_TABLE, CHANNELS
from kept.policy.duties import purpose_for
from kept.policy.ground import cite
from kept.policy.instance import Instance
from kept.policy.joint_use import joint_uses
from kept.policy.model import Item, Point, Policy, Processor, Purpose, Recipient, Retention
from kept.policy.narrow import narrow
from kept.policy.notice import Notice, Term
from kept.policy.words import Basis, Exit, PurposeDuty


@dataclass(frozen=True, slots=True)
class Hint:
    """What stands beside one field: its item, why it is asked for, until when it is kept, whether it is needed."""

    item: Item
    title: str
    why: str
    until: str
    needed: str


@dataclass(frozen=True, slots=True)
class Box:
    """One box to tick: a purpose, by a channel where it has channels, to a third party where it has one."""

    purpose: str
    exit: Exit | None
    recipient: str
    title: str
    clause: str


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "before": "Before you give us anything.",
        "who": "Who asks: {name}, {rest}.",
        "instance": "{point}: {title}",
        "question": "Asked: {ask}",
        "what": "What for: {title}.",
        "uses": "It uses, if you give it: {items}.",
        "uses-needed": "It uses: {items}.",
        "basis-consent": "Only if you tick it.",
        "basis-notice": "You can object at any time.",
        "basis-necessary": "Only as far as it is needed for this.",
        "basis-law": "Only what a law requires.",
        "exits": "How: {exits}.",
        "recipient": "Third party, only if you tick it: {name} ({country}) receives {items}, {means}, for: {title}.",
        "third-party": "Third party, only with your yes: {name} ({country}) receives {items}, {means}.",
        "means-sealed-file": "as a sealed file",
        "means-post": "by post",
        "means-encrypted-mail": "by encrypted e-mail",
        "means-api": "through a sealed connection",
        "abroad": "In {country}: {system}. Measures taken there: {measures}.",
        "processor": "Acting for us and on our instructions: {names}.",
        "joint": "Used jointly with {names}: {items}. What for: {title}. Responsible: {responsible}.",
        "nobody": "We give it to no one else.",
        "nobody-but": "We give it to no one but those named here.",
        "law": "If a law requires it, an authority receives what its request covers and nothing beyond it.",
        "keep": "How long: {until}.",
        "needed": "Needed here: {item} ({reason}).",
        "optional": "Everything here is optional.",
        "optional-rest": "Everything else here is optional.",
        "rights": "See, correct, take along or erase it at any time under My data.",
        "rights-stop": "See, correct, take along, stop or erase it at any time under My data.",
        "list": ", ",
        "by": "{title}, by {channel}",
        "to": "Give my {items} to {name}, {country}: {title}",
        "between": " ",
    },
    "ja": {
        "before": "お預かりする前に、お読みください。",
        "who": "お尋ねするのは、{name}（{rest}）です。",
        "instance": "{point}：{title}",
        "question": "質問：{ask}",
        "what": "利用目的：{title}。",
        "uses": "ご提供いただいた場合に使う項目：{items}。",
        "uses-needed": "使う項目：{items}。",
        "basis-consent": "チェックを入れていただいた場合に限ります。",
        "basis-notice": "いつでもお断りいただけます。",
        "basis-necessary": "この目的に必要な範囲に限ります。",
        "basis-law": "法令が求める範囲に限ります。",
        "exits": "方法：{exits}。",
        "recipient": "第三者提供（チェックを入れていただいた場合に限ります）："
        "{name}（{country}）に、{items}を{means}提供します。目的：{title}。",
        "third-party": "第三者提供（同意をいただいた場合に限ります）：{name}（{country}）に、{items}を{means}提供します。",
        "means-sealed-file": "封印したファイルで",
        "means-post": "郵便で",
        "means-encrypted-mail": "暗号化した電子メールで",
        "means-api": "封印した通信で",
        "abroad": "{country}の制度：{system}。講じられている措置：{measures}。",
        "processor": "当社の指示のもとで、当社に代わって扱う者：{names}。",
        "joint": "共同利用：{names}と、{items}を共同で利用します。目的：{title}。責任者：{responsible}。",
        "nobody": "ほかの誰にも渡しません。",
        "nobody-but": "ここに記した者のほかには、誰にも渡しません。",
        "law": "法令に基づく請求があった場合は、その請求の範囲に限り、当局に開示します。",
        "keep": "保存期間：{until}。",
        "needed": "ここで必要な項目：{item}（{reason}）。",
        "optional": "すべて任意です。",
        "optional-rest": "そのほかはすべて任意です。",
        "rights": "「マイデータ」で、いつでも確認・訂正・持ち出し・消去ができます。",
        "rights-stop": "「マイデータ」で、いつでも確認・訂正・持ち出し・利用停止・消去ができます。",
        "list": "、",
        "by": "{title}（{channel}）",
        "to": "{name}（{country}）へ{items}を提供する（{title}）",
        "between": "",
    },
}


EXIT_TITLES = phrase.EXITS
"""What people see instead of an exit's word, by language."""


def build_notice(
    policy: Policy, point_id: str, stage: str, language: str, *, instance: Instance | None = None
) -> Notice:
    """Build the notice of a collection point.

    Args:
        policy: In force.
        point_id: A declared point.
        stage: A stage of it; empty when it has none.
        language: One the policy is complete in.
        instance: Run-time instance that narrows the point; None for the point itself.

    Raises:
        SubmissionError: No such point or stage, the policy is not offered in that language, or the instance does not
            narrow.
    """
    point = _point(policy, point_id, stage, instance)
    _offered(policy, language)
    terms = [
        _term(policy, point, item, purpose)
        for item in point.stages[stage]
        for purpose in presented_purposes(policy, point)
        if purpose.may_use(item)
    ]
    return Notice(
        point=point_id,
        stage=stage,
        instance=instance.id if instance else "",
        policy=policy.id,
        version=policy.version,
        policy_hash=policy.hash,
        language=language,
        text=notice_text(policy, point, stage, language, instance),
        terms=tuple(sorted(terms, key=lambda term: (term.item, term.purpose))),
    )


def presented_purposes(policy: Policy, point: Point) -> list[Purpose]:
    """Return the purposes a point presents: its own, and the necessary ones that use every item (rights requests)."""
    always = [one.id for one in policy.purposes.values() if one.uses == ("*",) and one.basis is Basis.NECESSARY]
    return [policy.purposes[one] for one in dict.fromkeys((*point.purposes, *always))]


def _point(policy: Policy, point_id: str, stage: str, instance: Instance | None = None) -> Point:
    point = policy.points.get(point_id)
    if point is not None and instance is not None:
        point = narrow(policy, instance) if instance.point == point_id else None
    if point is None or stage not in point.stages:
        error = SubmissionError(
            "expected a declared collection point, found another",
            reason="point-unknown",
            rests_on="purpose-before-collection purposes",
            hint=f"declared under `collection`: {', '.join(policy.points) or 'none'}",
        )
        raise cite(policy, error)
    return point.at(stage)


def _offered(policy: Policy, language: str) -> None:
    if language not in policy.languages or language not in _WORDS:
        error = SubmissionError(
            "expected a language the policy is complete in, found another",
            reason="language-not-offered",
            hint=f"offered: {', '.join(one for one in policy.languages if one in _WORDS)}",
            rests_on="fair-forms",
        )
        raise cite(policy, error)


def _term(policy: Policy, point: Point, item: str, purpose: Purpose) -> Term:
    named = tuple(sorted(one.id for one in _recipients(policy, point, purpose.id) if item in one.items))
    return Term(
        item=item,
        purpose=purpose.id,
        revision=purpose.revision,
        basis=purpose.basis,
        exits=tuple(sorted(purpose.exits)),
        recipients=named,
        retention=point.retention,
    )


def notice_text(policy: Policy, point: Point, stage: str, language: str, instance: Instance | None = None) -> str:
    """Return the words of a notice, plain text, a paragraph a line."""
    say = _WORDS[language]
    items = point.stages[stage]
    controller = {**policy.controller, **policy.controllers.get(language, {})}
    rest = [controller[one] for one in ("desk", "contact") if one in controller]
    lines = [say["before"], say["who"].format(name=controller["name"], rest=_join(say, rest))]
    if instance is not None:
        lines.append(say["instance"].format(point=point.titles.get(language, ""), title=instance.titles[language]))
        lines += [say["question"].format(ask=one.ask[language]) for one in instance.questions]
    used = {
        purpose.id: found
        for purpose in presented_purposes(policy, point)
        if (found := [item for item in items if purpose.may_use(item)])
    }
    for purpose_id, found in used.items():
        lines += _purpose_lines(policy, point, policy.purposes[purpose_id], found, language)
    lines += _others_lines(policy, point, used, language)
    if until := retention_words(point.retention, language):
        lines.append(say["keep"].format(until=until))
    lines.append(say["between"].join(_choice_sentences(policy, point, stage, used, language)))
    return "\n".join(lines)


def _others_lines(policy: Policy, point: Point, used: Mapping[str, list[str]], language: str) -> list[str]:
    """Say who else has it, and that nobody else does, as far as the policy declares it so."""
    say = _WORDS[language]
    lines = []
    for joint in joint_uses(policy, language):
        shared = [item for item in joint.items if item in used.get(joint.purpose, ())]
        if shared:
            title = policy.purposes[joint.purpose].titles[language]
            names = _join(say, list(joint.partners))
            lines.append(
                say["joint"].format(
                    names=names,
                    items=_item_titles(policy, shared, language),
                    title=title,
                    responsible=joint.responsible,
                )
            )
    acting = [
        one
        for one in policy.processors.values()
        if any(item in one.uses for purpose in one.for_purposes for item in used.get(purpose, ()))
    ]
    if acting:
        names = _join(say, [one.names.get(language) or one.id for one in acting])
        explained = [abroad_words(one, language) for one in acting]
        lines.append(say["between"].join([say["processor"].format(names=names), *filter(None, explained)]))
    recipients = [one for purpose in used for one in _recipients(policy, point, purpose)]
    last = []
    if not any(Exit.PUBLICATION in policy.purposes[one].exits for one in used):
        last.append(say["nobody-but" if lines or recipients else "nobody"])
    if purpose_for(policy, PurposeDuty.LEGAL_DISCLOSURE):
        last.append(say["law"])
    return [*lines, say["between"].join(last)] if last else lines


def abroad_words(other: Recipient | Processor, language: str) -> str:
    """Say what protects personal information where somebody else has it; empty where the policy declares nothing of it."""
    said = other.abroad.get(language)
    if not said:
        return ""
    words = {word: text.rstrip(".。") for word, text in said.items()}
    return _WORDS[language]["abroad"].format(country=country_words(other.country, language), **words)


def _choice_sentences(
    policy: Policy, point: Point, stage: str, used: Mapping[str, list[str]], language: str
) -> list[str]:
    """Say what is needed here and why, that the rest is optional, and what a person can do afterwards."""
    say = _WORDS[language]
    needed = [item for item in point.stages[stage] if item in point.needed]
    found = [
        say["needed"].format(
            item=policy.items[item].titles[language], reason=point.needed[item].get(language, "").rstrip(".。")
        )
        for item in needed
    ]
    if not needed:
        found.append(say["optional"])
    elif len(needed) < len(point.stages[stage]):
        found.append(say["optional-rest"])
    stoppable = any(policy.purposes[one].basis in (Basis.CONSENT, Basis.NOTICE) for one in used)
    found.append(say["rights-stop" if stoppable else "rights"])
    return found


def purpose_words(policy: Policy, point_id: str, stage: str, purpose_id: str, language: str) -> str:
    """Return what a notice of a point says about one purpose, as its paragraphs; empty where it does not present it.

    Args:
        policy: Of any version.
        point_id: Collection point.
        stage: Stage of the point; empty when it has none.
        purpose_id: The purpose.
        language: Language of the words.
    """
    point = policy.points.get(point_id)
    if point is None or stage not in point.stages or language not in policy.languages or language not in _WORDS:
        return ""
    point = point.at(stage)
    purpose = next((one for one in presented_purposes(policy, point) if one.id == purpose_id), None)
    used = [item for item in point.stages[stage] if purpose is not None and purpose.may_use(item)]
    return "\n".join(_purpose_lines(policy, point, purpose, used, language)) if purpose is not None and used else ""


def _purpose_lines(policy: Policy, point: Point, purpose: Purpose, used: list[str], language: str) -> list[str]:
    say = _WORDS[language]
    sentences = [
        say["what"].format(title=purpose.titles[language]),
        purpose.descriptions.get(language, ""),
        say["uses-needed" if set(used) <= set(point.needed) else "uses"].format(
            items=_item_titles(policy, used, language)
        ),
        say["exits"].format(
            exits=_join(say, [phrase.say(phrase.EXITS[one], language) for one in sorted(purpose.exits)])
        )
        if purpose.exits
        else "",
        say[f"basis-{purpose.basis.value}"],
    ]
    lines = [say["between"].join(one for one in sentences if one)]
    for recipient in _recipients(policy, point, purpose.id):
        received = [item for item in recipient.items if item in used]
        if received:
            lines.append(_recipient_line(policy, "recipient", recipient, received, language))
    return lines


def third_parties(policy: Policy, purpose_id: str, language: str) -> list[str]:
    """Return who receives something for a purpose, where, what and how: a sentence each, for a page on which one says yes to it.

    Args:
        policy: In force.
        purpose_id: The purpose.
        language: Language of the words.
    """
    named = [one for one in policy.recipients.values() if one.purpose == purpose_id]
    return [_recipient_line(policy, "third-party", one, one.items, language) for one in named]


def _recipient_line(policy: Policy, said: str, recipient: Recipient, items: Sequence[str], language: str) -> str:
    say = _WORDS[language]
    line = say[said].format(
        name=recipient.names[language],
        country=country_words(recipient.country, language),
        items=_item_titles(policy, items, language),
        means=say[f"means-{recipient.means}"],
        title=policy.purposes[recipient.purpose].titles[language],
    )
    return say["between"].join(filter(None, (line, abroad_words(recipient, language))))


def hints(policy: Policy, point_id: str, stage: str, language: str, *, instance: Instance | None = None) -> list[Hint]:
    """Return what stands beside each field of a form.

    Raises:
        SubmissionError: As for `build_notice`.
    """
    point = _point(policy, point_id, stage, instance)
    _offered(policy, language)
    say = _WORDS[language]
    presented = [one for one in presented_purposes(policy, point) if one.id in point.purposes]
    return [
        Hint(
            item=policy.items[item],
            title=policy.items[item].titles[language],
            why=_join(say, [one.titles[language] for one in presented if one.may_use(item)]),
            until=retention_words(point.retention, language),
            needed=point.needed.get(item, {}).get(language, ""),
        )
        for item in point.stages[stage]
    ]


def boxes(
    policy: Policy, point_id: str, language: str, stage: str | None = None, *, instance: Instance | None = None
) -> list[Box]:
    """Return the boxes of a form: every purpose on consent, by channel or by third party; none is ticked.

    Only what the form can serve is offered: purposes that use an item asked for, channels that reach an address asked
    for, third parties that receive an item asked for.

    Args:
        policy: In force.
        point_id: A declared point.
        language: One the policy is complete in.
        stage: Stage of the point; None for all its stages together.
        instance: Run-time instance that narrows the point; None for the point itself.

    Raises:
        SubmissionError: As for `build_notice`.
    """
    declared = policy.points.get(point_id)
    stages = [stage] if stage is not None else list(declared.stages) if declared else [""]
    shown = [(one, _point(policy, point_id, one, instance)) for one in stages]
    _offered(policy, language)
    point, found = shown[0][1], []
    for purpose_id in dict.fromkeys(purpose for _, one in shown for purpose in one.purposes):
        purpose = policy.purposes[purpose_id]
        items = {item for name, one in shown if purpose_id in one.purposes for item in one.stages[name]}
        used = [item for item in policy.items if item in items and purpose.may_use(item)]
        if purpose.basis is Basis.CONSENT and used:
            found += _boxes_of(policy, point, purpose, used, language)
    return found


def _boxes_of(policy: Policy, point: Point, purpose: Purpose, used: list[str], language: str) -> list[Box]:
    say, title = _WORDS[language], purpose.titles[language]
    found = []
    for recipient in _recipients(policy, point, purpose.id):
        received = [item for item in recipient.items if item in used]
        if received:
            words = say["to"].format(
                items=_item_titles(policy, received, language),
                name=recipient.names[language],
                country=country_words(recipient.country, language),
                title=title,
            )
            found.append(Box(purpose.id, None, recipient.id, words, recipient.clause))
    types = {policy.items[item].type for item in used}
    channels = [one for one, way in CHANNEL_TABLE.items() if one in purpose.exits and types.intersection(way.address)]
    for channel in channels:
        words = say["by"].format(title=title, channel=phrase.say(phrase.EXITS[channel], language))
        found.append(Box(purpose.id, channel, "", words, purpose.clause))
    if not found and purpose.exits - CHANNELS - {Exit.PROVISION}:
        found.append(Box(purpose.id, None, "", title, purpose.clause))
    return found


def retention_words(retention: Retention, language: str) -> str:
    """Return a retention as words."""
    return phrase.retention(retention, language)


def country_words(country: str, language: str) -> str:
    """Return the name of a country by its ISO 3166-1 code, in *language*; the code itself when it has no name there."""
    return str(Locale.parse(language).territories.get(country.upper(), country.upper()))


def _recipients(policy: Policy, point: Point, purpose: str) -> list[Recipient]:
    named = (policy.recipients[one] for one in point.recipients)
    return [one for one in named if one.purpose == purpose]


def _item_titles(policy: Policy, items: Sequence[str], language: str) -> str:
    return _join(_WORDS[language], [policy.items[item].titles[language] for item in items])


def _join(say: Mapping[str, str], words: list[str]) -> str:
    return say["list"].join(words)
