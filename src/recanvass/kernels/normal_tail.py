r"""The upper tail of the normal law over its density, less :math:`1/r`: what Lugannani and Rice add to.

Mills' ratio is :math:`(1 - \Phi(r)) / \varphi(r)`. Where it is subtracted from :math:`1/r` its leading term
cancels, so far out the difference itself is summed by its asymptotic series.
"""

from __future__ import annotations

import math

from recanvass.kernel import kernel

HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)


@kernel
def mills_less_reciprocal(r: float) -> float:
    """The ratio of the normal upper tail to the density at r > 0, less 1/r."""
    if r < 20.0:
        return 0.5 * math.erfc(r / math.sqrt(2.0)) * math.exp(0.5 * r * r + HALF_LOG_2_PI) - 1.0 / r
    square = r * r
    return (-1.0 + 3.0 / square * (1.0 - 5.0 / square * (1.0 - 7.0 / square))) / (r * square)
