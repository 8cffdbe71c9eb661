"""The catalogue of questions, closed: how many, divided by at most three dimensions. A filter is one more dimension.

Two ways of writing one question are one question: its dimensions stand in the order of their data set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from kept import limits
from kept.errors import InputError
from kept.statistics.data_set import NOT_GIVEN, DataSet, Dimension


@dataclass(frozen=True, slots=True)
class Question:
    """How many, divided by *dimensions*.

    Args:
        data_set: Of what.
        dimensions: In the data set's order; none asks for one figure.
    """

    data_set: DataSet
    dimensions: tuple[Dimension, ...]

    @property
    def words(self) -> str:
        """The question in one canonical line, by which the same one is known again."""
        return " ".join(one.id for one in self.dimensions)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many options each dimension has."""
        return tuple(len(one.options) for one in self.dimensions)

    @property
    def cells(self) -> int:
        """How many figures the answer has."""
        return prod(self.shape)

    @property
    def squared_sensitivity(self) -> int:
        """The square of how much one person, or one browser's day, changes the answer (in the L2 norm).

        A person is in one cell for each combination of their options: with a some-of item of n options in up to n
        cells, each changed by one. A browser counts at most once a day for each page and feature, in one week: what is not
        divided adds up in one cell.
        """
        if self.data_set.about == "person":
            return prod(len(one.options) - (NOT_GIVEN in one.options) for one in self.dimensions if one.several)
        asked = {one.id for one in self.dimensions}
        return prod(
            len(one.options) if one.id in asked else len(one.options) ** 2
            for one in self.data_set.dimensions.values()
            if not one.found
        )


def make_question(data_set: DataSet, dimensions: Sequence[str]) -> Question:
    """Return the question a member of staff asks.

    Args:
        data_set: Of what, with the options of its build.
        dimensions: Words of dimensions, in any order, from outside.

    Raises:
        InputError: It is not in the catalogue.
    """
    asked = set(dimensions)
    if not asked <= data_set.dimensions.keys():
        raise InputError(
            "expected dimensions of the data set, found another",
            reason="question-dimension",
            hint=f"declared: {', '.join(data_set.dimensions)}",
            clause=f"§{data_set.clause}",
        )
    if len(asked) > limits.QUESTION_DIMENSIONS:
        raise InputError(
            f"expected at most {limits.QUESTION_DIMENSIONS} dimensions, found {len(asked)}",
            reason="question-dimension",
            hint="ask two questions",
            clause=f"§{data_set.clause}",
        )
    question = Question(data_set, tuple(one for one in data_set.dimensions.values() if one.id in asked))
    if question.cells > limits.QUESTION_CELLS:
        raise InputError(
            f"expected at most {limits.QUESTION_CELLS} cells, found {question.cells}",
            reason="question-cells",
            hint="ask with one dimension fewer",
            clause=f"§{data_set.clause}",
        )
    return question


def with_options(data_set: DataSet, options: Mapping[str, Sequence[str]]) -> DataSet:
    """Return *data_set* with the options a build laid down (weeks have no titles but themselves)."""
    return DataSet(
        data_set.id,
        data_set.about,
        data_set.clause,
        {
            name: Dimension(
                name,
                one.titles,
                {word: {} for word in options[name]} if one.found else one.options,
                one.item,
                one.several,
                one.cut,
                one.found,
            )
            for name, one in data_set.dimensions.items()
        },
        data_set.budget,
        data_set.show,
        data_set.purposes,
    )
