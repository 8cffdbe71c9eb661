"""The demo's questionnaire, contest, sweepstake and event: invented, and made the way real ones are."""

from __future__ import annotations

from kept import limits
from kept.demo.clock import MovedClock
from kept.demo.dice import dice
from kept.demo.second import read_and_approve
from kept.errors import KeptError
from kept.policy.day import day_of
from kept.services.accounts import accounts
from kept.services.engine.engine import Engine
from kept.services.gate.own_session import Own
from kept.services.instances import contests, events, instances, questionnaires, sweepstakes
from kept.services.instances.participations import present_part, take_part
from kept.services.staff import sessions
from kept.services.staff.sessions import StaffSession

SURVEYED, ENTERED = 220, 24
"""How many of the invented people see the questionnaire, and how many the rest."""
SURVEY, CAPTION, CALENDAR, AFTERNOON = "search-now", "bamboo-caption", "season-calendar", "archive-afternoon"
TAKES_PART = {SURVEY: 0.8, CAPTION: 0.4, CALENDAR: 0.4, AFTERNOON: 0.4}
FILES = {
    SURVEY: """id: search-now
point: questionnaire
title:
  en: "How do you find your pictures?"
  ja: "写真をどのように探していますか"
about:
  en: "Three questions about the search. Each can be left empty."
  ja: "検索についての三つの質問です。どれも空欄のままで構いません。"
closes: {after_1}
questions:
  how:
    type: one-of
    segments: true
    ask:
      en: "How do you mostly search?"
      ja: "主にどのように探しますか"
    of:
      words:
        en: "By words"
        ja: "言葉で"
      themes:
        en: "By theme"
        ja: "テーマから"
      chance:
        en: "By chance"
        ja: "偶然に"
  content:
    type: scale
    from: 1
    to: 5
    ask:
      en: "How content are you with what you find?"
      ja: "見つかったものにどのくらい満足していますか"
  wish:
    type: text
    ask:
      en: "What do you miss?"
      ja: "足りないものは何ですか"
""",
    CAPTION: """id: bamboo-caption
point: contest
title:
  en: "Find a caption for the bamboo grove"
  ja: "竹林の写真に題をつけてください"
about:
  en: "One line is enough. The judge sees no names."
  ja: "一行で結構です。審査では名前を見ません。"
closes: {before}
prizes: 1
""",
    CALENDAR: """id: season-calendar
point: sweepstake
title:
  en: "A calendar of the seasons"
  ja: "四季のカレンダー"
about:
  en: "Entering takes nothing of you. Only winners are asked where the calendar may go."
  ja: "応募に個人情報は要りません。お届け先をお尋ねするのは当選した方だけです。"
closes: {before}
prizes: 2
public-number:
  en: "The closing value of the Nikkei 225 of that day"
  ja: "同日の日経平均株価の終値"
number-day: {number}
""",
    AFTERNOON: """id: archive-afternoon
point: event
title:
  en: "An afternoon in our archive, Kyoto"
  ja: "京都の写真庫をめぐる午後"
about:
  en: "A name for the list at the door is enough, and not even that is needed."
  ja: "受付の名簿のためのお名前だけで十分です。お名前がなくても構いません。"
closes: {after_2}
capacity: 12
""",
}
CAPTIONS = (
    "Where the light learns to stand",
    "竹の声を聞く",
    "Green, all the way up",
    "風の階段",
    "Nobody hurries here",
)


async def invent_instances(engine: Engine, clock: MovedClock, today: float, people: list[tuple[bytes, str]]) -> None:
    """Let some of the invented people take part in something.

    Args:
        engine: Open, with *clock* as its wall clock.
        clock: Moved on to *today*.
        today: Unix seconds.
        people: Person ids with an address; the first is the demo's customer.
    """
    research, judge, door, second = [
        await sessions.session_of(engine, await sessions.start_demo_session(engine, one))
        for one in ("ono", "ito", "sato", "kato")
    ]
    if research is None or judge is None or door is None or second is None:
        raise RuntimeError("a session just started was not found")
    days = {name: day_of(today + shift * limits.DAY, engine.zone) for name, shift in
            (("before", -4), ("number", -3), ("after_1", 40), ("after_2", 25))}  # fmt: skip
    clock.time = max(clock.time, today - 18 * limits.DAY)
    by: dict[str, StaffSession] = {SURVEY: research, CAPTION: judge, CALENDAR: judge, AFTERNOON: door}
    for name, session in by.items():
        await instances.draft(engine, session, FILES[name].format(**days))
        await instances.open_instance(engine, session, name)
    await read_and_approve(engine, second, instances.OPENING, SURVEY)
    for number, (person_id, _) in enumerate(people[:SURVEYED]):
        clock.time += 900
        own = await _own(engine, person_id)
        for name in (SURVEY, CAPTION, CALENDAR, AFTERNOON) if number < ENTERED else (SURVEY,):
            first = number == 0 and name in {CALENDAR, AFTERNOON}
            if first or (number and dice(number, name).random() < TAKES_PART[name]):
                await _take_part(engine, own, name, number)
    clock.time = max(
        clock.time, today - 3 * limits.DAY
    )  # later than the end of the day they close on, whatever the hour
    await instances.close_due(engine)
    research, judge, door = [
        await sessions.session_of(engine, await sessions.start_demo_session(engine, one))
        for one in ("ono", "ito", "sato")
    ]
    if research is None or judge is None:
        raise RuntimeError("a session just started was not found")
    await questionnaires.count_answers(engine, research, SURVEY)
    if door is not None:  # the list may grow beyond a few: support asks ahead, and nobody has approved yet
        await events.LIST.ask(engine, door, AFTERNOON)
    for entry, _ in (await contests.entries_of(engine, judge, CAPTION))[:1]:
        await contests.choose_winner(engine, judge, CAPTION, entry)
        await contests.publish(engine, judge, CAPTION)
    judge = await sessions.session_of(engine, await sessions.start_demo_session(engine, "ito"))
    if judge is not None:
        await sweepstakes.draw_lots(engine, judge, CALENDAR, "38,283.85")


async def _take_part(engine: Engine, own: Own, name: str, number: int) -> None:
    language = dice(number, name, "language").choice(("en", "ja"))
    form = await present_part(engine, own, name, language)
    held = (await engine.people.load(own.person_id)).state.slots
    fields: list[tuple[str, str]] = []
    if name == SURVEY:
        fields = [("answer.how", dice(number, name, "how").choice(("words", "words", "themes", "chance"))),
                  ("answer.content", dice(number, name, "content").choice("233445"))]  # fmt: skip
        writes = dice(number, name, "wish")
        if writes.random() < 0.3:  # noqa: PLR2004 -- some of them write
            fields.append(("answer.wish", writes.choice(("More winter", "もっと手の写真を", "A search by colour"))))
    elif name == CAPTION:
        fields = [("entry", dice(number, name, "entry").choice(CAPTIONS)), ("publish", "entry")]
        if "name" in held:
            fields += [("use", "name"), ("publish", "name")]
    elif name == AFTERNOON:
        fields = [("use", one) for one in ("name", "mail_address") if one in held]
    try:
        await take_part(engine, own, name, language=language, unverified_token=form.token, fields=fields)
    except KeptError:
        return  # no place left: that too is part of the history


async def _own(engine: Engine, person_id: bytes) -> Own:
    found = await accounts.session_of(engine, await accounts.start_session(engine, person_id))
    if found is None:
        raise RuntimeError("a session just started was not found")
    return found
