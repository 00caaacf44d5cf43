r"""Do the last digits of the counts look like counted votes?

For each station and option the exact null is the smooth one of `recanvass.kernels.digits`: the count
is :math:`\mathrm{Bin}(n_i, \hat p_i)`, so its last digit is :math:`d` with probability
:math:`\pi_{id} = P(X_i \equiv d \bmod 10)`, nearly .1 where the count has room and far from it where
it has not. With :math:`O_d` stations of digit :math:`d`,

.. math:: E_d = \sum_i \pi_{id}, \qquad
          \Sigma = \sum_i \left(\mathrm{diag}\,\pi_i - \pi_i \pi_i^{\mathsf T}\right), \qquad
          Q = (O-E)^{\mathsf T} \Sigma^{-} (O-E) \sim \chi^2_9 .

The uniform null of the literature (Beber and Scacco 2012) is given beside it: it is wrong for counts
of one to three hundred, and rejects clean elections (Canada 2011: :math:`X^2 = 72`). Counts below
``least`` are left out. Class D: context. A placebo, the second option, stands beside the leader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.case import Case
from recanvass.digit_counts import digits_answer, digits_drawing, redrawn
from recanvass.finding import Answer, Finding
from recanvass.method import Drawing, Method, Needs, Reference


@dataclass(frozen=True)
class LastDigits(Method):
    """Last digits of an option's counts against their exact smooth law.

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
    cites = ("beber2012what", "deckert2011benford")
    references = (
        Reference("ground-truth:33", "russia_2018", "uniform_x2 of the leader", 17.41, 0.01, "compendium"),
        Reference("ground-truth:33", "russia_2020", "uniform_x2 of the leader", 46.46, 0.01, "compendium"),
    )
    cost = "linear in stations; about 200 lattice points a station"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Every count drawn anew as a binomial of its station's own share."""
        return redrawn(case, rng)

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The quadratic form and its p-value."""
        return digits_answer(case, self.option, self.least, second=False)

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Bars of the digits over what smooth counting gives."""
        return digits_drawing(finding, language)
