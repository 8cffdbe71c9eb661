"""The release sheet: what was asked, what it cost, and why no one can be singled out, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from kept.statistics.budget import epsilon
from kept.statistics.data_set import MICRO
from kept.statistics.figures import Figures, Status, total_of

LANGUAGES = ("en", "ja")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sheet says, besides the figures.

    Args:
        number: Of the question.
        data_set: Word of the data set.
        clause: Clause that declared it.
        purpose: Title of the purpose, by language.
        built: Day the data set was built, `YYYY-MM-DD`.
        released: Day it was released, `YYYY-MM-DD`; empty before.
        micro_rho: What it cost.
        micro_rho_year: What may be spent in any twelve months.
        delta: Of the epsilon statement.
    """

    number: int
    data_set: str
    clause: str
    purpose: dict[str, str]
    built: str
    released: str
    micro_rho: int
    micro_rho_year: int
    delta: float


def sheet(facts: Facts, figures: Figures, language: str) -> tuple[tuple[str, str], ...]:
    """Return the sheet, heading by heading.

    Args:
        facts: What it says.
        figures: What is released.
        language: `en` or `ja`.
    """
    make = _japanese if language == "ja" else _english
    return make(facts, figures)


def question_text(figures: Figures, language: str) -> str:
    """Return the question as a sentence."""
    named = [one.titles.get(language, one.dimension) for one in figures.axes]
    if language == "ja":
        what = "お客様の人数" if figures.about == "person" else "閲覧の回数"
        return f"{'・'.join(named)}ごとの{what}" if named else what
    what = "How many customers" if figures.about == "person" else "How many visits"
    *firsts, last = [one[:1].lower() + one[1:] for one in named] or [""]
    by = f"{', '.join(firsts)} and {last}" if firsts else last
    return f"{what}, by {by}" if named else what


def _english(facts: Facts, figures: Figures) -> tuple[tuple[str, str], ...]:
    total = total_of(figures)
    unit = "one person" if figures.about == "person" else "what one browser did on one day"
    whom = "people" if figures.about == "person" else "visits"
    if total is None:
        covered = f"Not stated: the same {whom} stand under several options, so the figures do not add up to {whom}."
    elif total.status is Status.FEW:
        covered = f"Fewer than about {figures.fewer_than} {whom}."
    elif total.status is Status.UNCERTAIN:
        covered = f"Too uncertain to say how many {whom}."
    else:
        covered = f"About {total.value} {whom}, give or take {total.margin} (a noisy figure, too)."
    rules = []
    if figures.fewer_than:
        rules.append(
            f"a noisy figure below {figures.fewer_than} is shown as “fewer than about {figures.fewer_than}” "
            "where its margin is no larger, and as “too uncertain” otherwise"
        )
    if figures.margin_over:
        rules.append(f"a figure whose margin is over {figures.margin_over:.0%} of it is shown as “too uncertain”")
    return (
        ("Question", question_text(figures, "en") + f" (data set “{facts.data_set}”, §{facts.clause})"),
        ("Purpose", facts.purpose["en"]),
        ("Of which day", f"The data set was built on {facts.built}; released on {facts.released or '–'}."),
        ("Whom it covers", covered),
        (
            "Noise",
            (
                f"Each figure carries independent discrete Gaussian noise of variance {_variance(figures)}, drawn in whole numbers "
                f"({figures.sampler}). Sums are sums of noisy figures."
            ),
        ),
        (
            "What it cost",
            (
                f"rho {facts.micro_rho / MICRO:g} (zero-concentrated differential privacy), that is epsilon "
                f"{epsilon(facts.micro_rho, facts.delta):g} at delta {_small(facts.delta)}. All answers of any twelve months together "
                f"cost at most rho {facts.micro_rho_year / MICRO:g}, epsilon {epsilon(facts.micro_rho_year, facts.delta):g}."
            ),
        ),
        ("Display rules", ("; ".join(rules) or "none") + ". They look at the noisy figures only."),
        (
            "Why nobody can be singled out",
            (
                f"Whether {unit} is in the data or not, these figures come out nearly as likely: the noise hides it, whatever "
                "else somebody knows, and however many figures of this sheet they combine. Every declared cell is printed, "
                "empty ones too, so that no cell tells that somebody is in it. The same question about the same build is answered "
                "once and from store afterwards; about a later build it costs anew, so that asking again averages no more away than "
                "the budget lets. No true count was kept."
            ),
        ),
    )


def _japanese(facts: Facts, figures: Figures) -> tuple[tuple[str, str], ...]:
    total = total_of(figures)
    person = figures.about == "person"
    unit = "ある一人の方" if person else "あるブラウザーの一日分の閲覧"
    whom, counter = ("お客様", "人") if person else ("閲覧", "回")
    if total is None:
        covered = f"記載しません。一つの{whom}が複数の選択肢に数えられるため、合計は{counter}数になりません。"
    elif total.status is Status.FEW:
        covered = f"およそ{figures.fewer_than}{counter}未満です。"
    elif total.status is Status.UNCERTAIN:
        covered = "誤差が大きく、数として示せません。"
    else:
        covered = f"およそ{total.value}{counter}（誤差±{total.margin}{counter}。この数にもノイズが入っています）。"
    rules = []
    if figures.fewer_than:
        rules.append(
            f"ノイズを加えた数が{figures.fewer_than}を下回るときは「およそ{figures.fewer_than}未満」と表示します（誤差がそれより大きいときは「不確か」）"
        )
    if figures.margin_over:
        rules.append(f"誤差が数の{figures.margin_over:.0%}を超えるときは「不確か」と表示します")
    return (
        ("問い", question_text(figures, "ja") + f"（データセット「{facts.data_set}」、§{facts.clause}）"),
        ("利用目的", facts.purpose["ja"]),
        ("時点", f"データセットの作成日は{facts.built}、公表日は{facts.released or '－'}です。"),
        ("対象", covered),
        (
            "ノイズ",
            (
                f"それぞれの数に、分散{_variance(figures)}の離散ガウスノイズを独立に加えています。整数だけで生成しています"
                f"（{figures.sampler}）。小計・合計は、ノイズを加えた数の和です。"
            ),
        ),
        (
            "プライバシーの消費量",
            (
                f"ρ＝{facts.micro_rho / MICRO:g}（zCDP）。δ＝{_small(facts.delta)}のときε＝"
                f"{epsilon(facts.micro_rho, facts.delta):g}に当たります。どの12か月を取っても、すべての回答の合計は"
                f"ρ＝{facts.micro_rho_year / MICRO:g}（ε＝{epsilon(facts.micro_rho_year, facts.delta):g}）以内です。"
            ),
        ),
        ("表示の決まり", ("。".join(rules) or "なし") + "。判断に使うのは、ノイズを加えた数だけです。"),
        (
            "個人を特定できない理由",
            (
                f"{unit}がデータに含まれていてもいなくても、この数になる確率はほとんど変わりません。ほかに何を知っていても、"
                "この表の数をいくつ組み合わせても、含まれているかどうかはノイズに隠れます。宣言した区分は空のものも含めて"
                "すべて表示するため、区分があること自体からは何も分かりません。同じデータへの同じ問いには保存した同じ回答を返し、"
                "新しいデータへの問いには改めて予算を使うため、繰り返し尋ねて平均を取っても、予算を超えて分かることはありません。実際の数は保存していません。"
            ),
        ),
    )


def _variance(figures: Figures) -> str:
    top, bottom = figures.variance
    return f"{top / bottom:.6g}"


def _small(number: float) -> str:
    return f"{number:g}".replace("e-0", "e-")
