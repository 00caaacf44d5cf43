r"""Do the second digits of the counts follow any law?

Mebane's test (2006) compares the second digit of the counts with Benford's law,

.. math:: P(d) = \sum_{k=1}^{9} \log_{10}\!\left(1 + \frac{1}{10k + d}\right), \qquad \bar d = 4.187 .

Polling stations are made of similar size by law, so their counts need not spread over orders of
magnitude, and clean elections miss the law by far (Canada 2011: mean 2.70; Germany 2024: 1.69 to
3.23). What is tested here is the law that smooth counting gives at *these* stations,
:math:`\pi_{id} = P(\text{second digit of } \mathrm{Bin}(n_i, \hat p_i) = d)`, with the quadratic form
of `recanvass.methods.last_digits`; the published statistic stands beside it. The plug-in law follows
the observed counts, so this can only see digits that are odd *given* the sizes. Class D: context.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.case import Case
from recanvass.digit_counts import digits_answer, digits_drawing, redrawn
from recanvass.finding import Answer, Finding
from recanvass.method import Drawing, Method, Needs, Reference


@dataclass(frozen=True)
class SecondDigits(Method):
    """Second digits of an option's counts against their exact smooth law.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    least : int
        Counts below it are left out, as in the literature.
    """

    option: str | None = None
    least: int = 100

    evidence_class = "D"
    needs = Needs(columns=("votes", "valid"), stations=100)
    cites = ("mebane2006election", "deckert2011benford")
    references = (
        Reference("mebane2006election", "Benford's second digit", "mean", 4.187, 5e-4, "printed"),
        Reference("ground-truth:33", "russia_2018", "mean of the leader", 3.9586, 0.0001, "compendium"),
        Reference("ground-truth:33", "germany_2024_eu", "mean of CDU/CSU", 3.23, 0.005, "compendium"),
    )
    cost = "linear in stations; about 200 lattice points a station"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Every count drawn anew as a binomial of its station's own share."""
        return redrawn(case, rng)

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The quadratic form and its p-value."""
        return digits_answer(case, self.option, self.least, second=True)

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Bars of the digits over what smooth counting gives."""
        return digits_drawing(finding, language)
