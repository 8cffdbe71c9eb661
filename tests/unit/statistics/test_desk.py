"""The pure middle of the statistics desk: data sets, questions, budgets, display, counting, projections, files."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept import limits, policy_files
from kept.errors import InputError, MalformedError
from kept.guarantees import words
from kept.policy.read import read_policy
from kept.services.figures.data_sets import VISIT_OPTIONS
from kept.statistics import counting
from kept.statistics.budget import Precision, epsilon, period_of, price, returns_at, room, variance
from kept.statistics.counting import Column, count
from kept.statistics.data_set import Budget, band_of, bands, data_sets
from kept.statistics.figures import (
    Axis,
    Figures,
    Status,
    cells_of,
    decode_figures,
    encode_figures,
    make_figures,
    margins_of,
    total_of,
)
from kept.statistics.projection import code_of, pack, segments, unpack, week_of, weeks_before, width_of
from kept.statistics.question import make_question
from kept.statistics.sheet import Facts, question_text, sheet
from kept.statistics.table import csv_of, json_of, safe

POLICY = Path(__file__).parents[3] / "policies" / "photolibrary.policy.md"
SETS = data_sets(read_policy(policy_files(POLICY), words()), VISIT_OPTIONS)
CUSTOMERS, USAGE = SETS["customers"], SETS["usage"]
BUDGET = CUSTOMERS.budget
DAY = date(2026, 11, 25)


def at(year, month, day):
    return datetime(year, month, day, tzinfo=UTC).timestamp()


class TestDataSets:
    """What the policy declares, with every option written out."""

    def test_options_are_declared_and_not_given_is_one(self):
        """People always may have given nothing; visits are always somewhere."""
        sizes = {name: len(one.options) for name, one in CUSTOMERS.dimensions.items()}
        assert sizes == {"prefecture": 48, "occupation": 7, "interests": 9, "age_band": 8}
        assert {name: len(one.options) for name, one in USAGE.dimensions.items()} == {
            "page": 6,
            "feature": 2,
            "week": 0,
        }
        assert all(
            set(titles) == {"en", "ja"} for one in CUSTOMERS.dimensions.values() for titles in one.options.values()
        )

    def test_budgets_are_whole_millionths(self):
        """0.05 is exactly fifty thousand."""
        assert Budget(50_000, "quarter", 200_000, 1e-9, BUDGET.zone) == BUDGET
        assert (CUSTOMERS.purposes, USAGE.purposes) == (("market-research",), ("usage-analysis",))

    @pytest.mark.parametrize(
        ("born", "band"),
        [
            ("2008-11-26", 0),
            ("2008-11-25", 1),
            ("2001-11-26", 1),
            ("2001-11-25", 2),
            ("1961-11-25", 6),
            ("1900-01-01", 6),
        ],
    )
    def test_a_band_begins_on_the_birthday(self, born, band):
        """Not a day before; 29 February comes with 1 March."""
        assert band_of(born, DAY, (18, 25, 35, 45, 55, 65)) == band

    def test_born_on_a_leap_day(self):
        """On 28 February they are not a year older yet."""
        assert [band_of("2008-02-29", date(2026, *day), (18,)) for day in ((2, 28), (3, 1))] == [0, 1]

    def test_bands_cover_every_age(self):
        """From birth on, without a gap."""
        assert bands((18, 25)) == ("0-17", "18-24", "25-")


class TestQuestions:
    """The catalogue is closed."""

    @given(st.permutations(["prefecture", "occupation", "age_band"]))
    def test_order_and_repetition_make_no_other_question(self, dimensions):
        """The same dimensions MUST be the same question, however they are written."""
        assert make_question(CUSTOMERS, [*dimensions, dimensions[0]]).words == "prefecture occupation age_band"

    def test_too_many_cells(self):
        """A question MUST have at most twenty thousand cells."""
        assert make_question(CUSTOMERS, ["prefecture", "occupation", "age_band"]).cells == 48 * 7 * 8
        wide = CUSTOMERS.dimensions["prefecture"]
        many = replace(CUSTOMERS, dimensions={one: replace(wide, id=one) for one in ("a", "b", "c")})
        with pytest.raises(InputError) as refused:
            make_question(many, ["a", "b", "c"])
        assert refused.value.reason == "question-cells"
        assert limits.QUESTION_CELLS < 48**3


SMALL = st.integers(-40, 40)


def figures_of(noisy, shape, *, several=(), fewer=10, over=0.3):
    """Figures with axes of the given sizes."""
    axes = tuple(
        Axis(f"d{n}", {"en": f"D{n}", "ja": f"D{n}"}, tuple(f"o{k}" for k in range(size)), {
            "en": tuple(f"O{k}" for k in range(size)), "ja": tuple(f"O{k}" for k in range(size)),
        }, n in several)
        for n, size in enumerate(shape)
    )  # fmt: skip
    return Figures(axes, tuple(noisy), (4, 1), "none", fewer, over, "person")


class TestDisplay:
    """Rules look at the noisy figure alone; margins are sums of noisy cells."""

    @given(st.lists(SMALL, min_size=12, max_size=12))
    def test_margins_are_sums_of_noisy_cells(self, noisy):
        """A margin MUST tell nothing the cells do not: it is their sum, for every axis, and so is the total."""
        figures = figures_of(noisy, (3, 4), fewer=0, over=0)
        for axis, size in ((0, 3), (1, 4)):
            sums = [0] * size
            for (row, column), one in zip(product(range(3), range(4)), noisy, strict=True):
                sums[(row, column)[axis]] += one
            assert [cell.value for cell in margins_of(figures, axis)] == [max(0, one) for one in sums]
        assert total_of(figures).value == max(0, sum(noisy))
        assert total_of(figures).margin >= margins_of(figures, 0)[0].margin >= next(cells_of(figures)).margin

    def test_no_sum_over_people_who_stand_there_several_times(self):
        """Interests do not add up to people: no margin across them, and no total."""
        figures = figures_of([1] * 12, (3, 4), several=(1,))
        assert margins_of(figures, 0) == []
        assert len(margins_of(figures, 1)) == 4
        assert total_of(figures) is None

    @pytest.mark.parametrize(
        ("noisy", "status"), [(-5, "few"), (9, "few"), (10, "uncertain"), (13, "uncertain"), (14, "shown")]
    )
    def test_few_and_uncertain(self, noisy, status):
        """Below ten is few; a margin of four is over 30 % of thirteen and not of fourteen."""
        cell = next(cells_of(figures_of([noisy], (1,))))
        assert (cell.status, cell.margin) == (Status(status), 4)

    def test_figures_are_whole_again_from_store(self):
        """What is sealed is what is shown, axes and rules with it."""
        question = make_question(CUSTOMERS, ["occupation"])
        figures = make_figures(question, list(range(7)), Fraction(20), "kept-exact")
        assert decode_figures(encode_figures(figures)) == figures
        assert figures.axes[0].labels["ja"][-1] == "回答なし"


class TestBudget:
    """zCDP adds up; whole numbers; the calendar's periods and any twelve months."""

    @pytest.mark.parametrize(
        ("micro", "expected"), [(50_000, 1.89), (100_000, 2.72), (250_000, 4.44), (500_000, 6.48), (0, 0.0)]
    )
    def test_epsilon_is_what_two_libraries_say(self, micro, expected):
        """Against OpenDP 0.16 and dp-accounting 0.6 (1.88, 2.72, 4.44, 6.474), rounded up."""
        assert epsilon(micro, 1e-9) == expected

    def test_periods_of_the_calendar(self):
        """A quarter begins on the first of January, April, July, October."""
        assert period_of(at(2026, 11, 25), "quarter", UTC) == (at(2026, 10, 1), at(2027, 1, 1))
        assert period_of(at(2026, 12, 31), "month", UTC) == (at(2026, 12, 1), at(2027, 1, 1))
        assert period_of(at(2026, 10, 1) - 3e-7, "quarter", UTC)[1] == at(2026, 10, 1)
        assert period_of(at(2026, 1, 1), "year", UTC) == (at(2026, 1, 1), at(2027, 1, 1))

    @given(st.lists(st.tuples(st.floats(0, 2 * limits.BUDGET_SECONDS), st.sampled_from(list(Precision))), max_size=60))
    def test_no_series_of_questions_goes_over(self, asked):
        """However they come, what is charged MUST stay within every period and any twelve months."""
        charges = []
        for moment, precision in sorted(asked, key=lambda one: one[0]):
            cost = price(BUDGET, precision)
            if room(BUDGET, charges, moment).left >= cost:
                charges.append((moment, cost))
            else:
                back = returns_at(BUDGET, charges, moment, cost)
                assert back > moment
                assert room(BUDGET, charges, back).left >= cost
                assert room(BUDGET, charges, back - 1).left < cost
        for moment, _ in charges:
            begins, ends = period_of(moment, "quarter", BUDGET.zone)
            assert sum(cost for when, cost in charges if begins <= when < ends) <= BUDGET.micro_rho
            assert (
                sum(cost for when, cost in charges if moment - limits.BUDGET_SECONDS < when <= moment)
                <= BUDGET.micro_rho_year
            )

    def test_the_noise_costs_what_it_says(self):
        """Variance is sensitivity² / 2 rho, exactly."""
        assert variance(8, 2_500) == Fraction(1600)
        assert [price(BUDGET, one) for one in Precision] == [500, 2_500, 10_000, 25_000]
        assert price(Budget(3, "year", 3, 1e-9), Precision.ROUGH) == 1


class TestCounting:
    """With numpy and without: the same answers."""

    @given(
        st.integers(0, 10**6),
        st.booleans(),
        st.sampled_from([(5,), (5, -4), (-3, -5), (7, 3, -2), (300,), (-9, -9, -9)]),
    )
    def test_numpy_and_plain_python_agree(self, seed, weighted, shape):
        """Every way of counting MUST give the same cells; negative sizes stand for some-of columns."""
        luck = random.Random(seed)  # noqa: S311 -- a case that can be tried again
        rows = luck.randrange(0, 60)
        columns = []
        for size in shape:
            options = abs(size) + (size < 0)
            most = 1 << -size if size < 0 else size
            codes = array("H", [luck.randrange(most) for _ in range(rows)])
            columns.append(Column(codes, options, size < 0))
        weights = [luck.randrange(5) for _ in range(rows)] if weighted else None
        plain = counting._plainly(columns, weights)
        assert count(columns, rows, weights) == plain
        numpy = counting.fast()
        if numpy is not None:
            assert counting._by_option(numpy, columns, weights) == plain

    def test_without_numpy(self, monkeypatch):
        """The base install counts too."""
        monkeypatch.setattr(counting, "fast", lambda: None)
        assert count([Column(array("B", [0, 1, 1]), 2)], 3) == [1, 2]
        assert count([], 3) == [3]
        assert count([], 2, [4, 5]) == [9]

    def test_nobody(self):
        """An empty data set has every cell, and nobody in it."""
        assert count([Column(array("B"), 3), Column(array("B"), 2)], 0) == [0] * 6


class TestProjection:
    """Codes, and nothing else."""

    @pytest.mark.parametrize(
        ("dimension", "value", "code"),
        [
            ("prefecture", "hokkaido", 0), ("prefecture", None, 47), ("prefecture", "atlantis", 47),
            ("interests", ("landscape", "food"), 0b101), ("interests", None, 0), ("interests", ("not-given",), 0),
            ("interests", "people", 0b10), ("age_band", "1990-04-01", 3), ("age_band", None, 7),
        ],
    )  # fmt: skip
    def test_a_value_is_a_declared_code(self, dimension, value, code):
        """What is not declared is *not given*, never a code of its own."""
        assert code_of(CUSTOMERS.dimensions[dimension], value, DAY) == code

    @given(st.lists(st.integers(0, 255), max_size=50), st.sampled_from("BHI"))
    def test_segments_come_back(self, codes, width):
        """What was packed MUST unpack to the same codes."""
        assert list(unpack(pack(codes, width), width)) == codes

    def test_half_a_code_is_refused(self):
        """A segment cut short is malformed, not shorter."""
        with pytest.raises(MalformedError):
            unpack(b"\x00\x00\x00", "H")

    def test_a_segment_holds_a_million_rows(self):
        """And the next begins where it ended."""
        made = list(segments({"a": ("B", [1] * 1_000_001)}, 1_000_001))
        assert [(name, number, len(content)) for name, number, content in made] == [("a", 0, 1_000_000), ("a", 1, 1)]

    def test_widths(self):
        """One byte where the options fit, two where they do not."""
        assert {name: width_of(one) for name, one in CUSTOMERS.dimensions.items()} == dict.fromkeys(
            CUSTOMERS.dimensions, "B"
        )

    def test_weeks_are_of_the_calendar(self):
        """Thirteen, the last is today's; ISO weeks belong to the year of their Thursday."""
        assert weeks_before(DAY)[-1] == "2026-W48"
        assert len(set(weeks_before(DAY))) == 13
        assert week_of(date(2027, 1, 1)) == "2026-W53"


class TestFiles:
    """What leaves runs nothing, and says why nobody is in it."""

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", " =1", "  @x"])
    def test_no_cell_begins_a_formula(self, text):
        """An apostrophe makes it text in a spreadsheet."""
        assert safe(text) == f"'{text}"

    def test_titles_of_a_hostile_policy_stay_text(self):
        """Words of the policy are quoted, whatever they begin with."""
        axis = Axis("d", {"en": '=HYPERLINK("http://x")'}, ("o",), {"en": ('=cmd|"/c calc"!A1',)}, False)
        content = csv_of(Figures((axis,), (50,), (1, 1), "none", 0, 0.0, "person"), (("Why", "=1"),), "en").decode()
        assert all(
            not cell.startswith(('"=', '"+', '"@', '"-')) for line in content.splitlines() for cell in line.split(",")
        )

    def test_what_is_not_shown_is_in_no_file(self):
        """Neither few nor uncertain figures leave as numbers."""
        figures = figures_of([3, 12, 500], (3,))
        assert b'"O0","","","fewer than about 10"' in csv_of(figures, (), "en")
        assert '"O1","","","不確か"' in csv_of(figures, (), "ja").decode()
        assert b'"O2","500","4"' in csv_of(figures, (), "en")
        assert b"12" not in json_of(figures, {}).replace(b'"margin95": 4', b"")

    @pytest.mark.parametrize("language", ["en", "ja"])
    @pytest.mark.parametrize("noisy", [[3, 3], [11, 12], [500, 500]])
    def test_the_sheet_is_whole_in_both_languages(self, language, noisy):
        """Question, purpose, day, whom, noise, cost, rules, why: eight, and no place left open."""
        facts = Facts(1, "customers", "4.2", {"en": "Research", "ja": "調査"}, "2026-11-25", "", 500, 200_000, 1e-9)
        lines = sheet(facts, figures_of(noisy, (2,)), language)
        assert len(lines) == 8
        assert all(text and "{" not in text for _, text in lines)
        several = sheet(facts, figures_of(noisy, (2,), several=(0,), fewer=0, over=0), language)
        assert several[3] != lines[3]

    def test_the_question_is_a_sentence(self):
        """In both languages, with nothing to divide by, too."""
        figures = figures_of([1], ())
        assert question_text(figures, "en") == "How many customers"
        assert question_text(figures_of([1], (1, 1, 1)), "en") == "How many customers, by d0, d1 and d2"
        assert question_text(figures_of([1], (1,)), "ja") == "D0ごとのお客様の人数"
