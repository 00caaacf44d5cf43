"""Small public data sets for which others print a result; facts, with who printed what.

Each was typed in once and is checked by the printed result itself: one figure wrong and the test fails.
"""

from __future__ import annotations

#: NIST StRD, univariate, Michelso: Michelson's 100 speeds of light in air (1879), less 299 000 km/s, in hundredths of
#: a thousand. Certified there: mean 299.8524, first autocorrelation 0.535199668621283.
MICHELSON = [
    *(850, 740, 900, 1070, 930, 850, 950, 980, 980, 880, 1000, 980, 930, 650, 760, 810, 1000, 1000, 960, 960),
    *(960, 940, 960, 940, 880, 800, 850, 880, 900, 840, 830, 790, 810, 880, 880, 830, 800, 790, 760, 800),
    *(880, 880, 880, 860, 720, 720, 620, 860, 970, 950, 880, 910, 850, 870, 840, 840, 850, 840, 840, 840),
    *(890, 810, 810, 820, 800, 770, 760, 740, 750, 760, 910, 920, 890, 860, 880, 720, 840, 850, 850, 780),
    *(890, 840, 780, 810, 760, 810, 790, 810, 820, 850, 870, 870, 810, 740, 810, 940, 950, 800, 810, 870),
]

#: NIST StRD, univariate, Mavro: 50 transmittances of a filter, less 2, in units of 1e-5. Certified there: first
#: autocorrelation 0.937989183438248.
MAVRO = [
    *(
        180,
        170,
        180,
        190,
        180,
        170,
        150,
        140,
        150,
        150,
        170,
        180,
        180,
        190,
        190,
        210,
        200,
        160,
        140,
        130,
        130,
        150,
        150,
    ),
    *(
        160,
        150,
        140,
        130,
        140,
        150,
        140,
        150,
        160,
        150,
        160,
        190,
        200,
        200,
        210,
        220,
        230,
        240,
        250,
        270,
        260,
        260,
        260,
    ),
    *(270, 260, 250, 240),
]

#: Help of esda.G_Local (PySAL): six points, neighbours within 15, values, and ``lg_star.Zs`` with binary weights.
POINTS = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
POINT_VALUES = [2, 3, 3.2, 5, 8, 7]
STAR_SCORES = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]

#: esda 2.9.0 with libpysal 4.14.1, run on 2026-11-27: G_Local(star=True, transform="B") of `MICHELSON`, the next three
#: on either side inside each run of twenty; places 0, 3, 47, 99. Moran(transformation="b") of the same is declared.
STAR_OF_MICHELSON = {0: 0.9713978794702082, 3: 1.603229830021075, 47: -1.2242485211918448, 99: 0.13175875492813877}

#: Bergmann, Ludbrook and Spooren (2000), American Statistician 54(1), 72-77: seconds of endurance of 24 rats, twelve
#: untreated and twelve treated. The two-sided p-value of the rank sum for large samples, corrected for ties, is .0147
#: there and in the help of the R packages coin and exactRankTests (where the exact one is .0373).
RATS = [300] * 12, [22, 300, 75, 271, 300, 18, 300, 300, 163, 300, 300, 300]

#: Hollander and Wolfe (1973), page 69: permeability of membranes at term and at 12 to 26 weeks; the help of R's
#: wilcox.test prints W = 35 and the exact one-sided p = .1272.
MEMBRANES = (
    [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
    [1.15, 0.88, 0.90, 0.74, 1.21],
)

#: Fleiss (1981), page 139: smokers among the lung cancer patients of four hospitals. The help of R's prop.test prints
#: X-squared = 12.6, df = 3.
SMOKERS, PATIENTS = [83, 90, 129, 70], [86, 93, 136, 82]

#: R, data set precip: inches of rain a year in 70 cities. The reference output of the R package diptest (ex1) prints a
#: dip of 0.0357 for it and 0.133 for 0, 2, 3, 5, 6.
PRECIPITATION = [
    *(67.0, 54.7, 7.0, 48.5, 14.0, 17.2, 20.7, 13.0, 43.4, 40.2, 38.9, 54.5, 59.8, 48.3, 22.9, 11.5, 34.4, 35.1),
    *(38.7, 30.8, 30.6, 43.1, 56.8, 40.8, 41.8, 42.5, 31.0, 31.7, 30.2, 25.9, 49.2, 37.0, 35.9, 15.0, 30.2, 7.2),
    *(36.2, 45.5, 7.8, 33.4, 36.1, 40.2, 42.7, 42.5, 16.2, 39.0, 35.0, 37.0, 31.4, 37.6, 39.9, 36.2, 42.8, 46.4),
    *(24.7, 49.1, 46.0, 35.9, 7.8, 48.2, 15.2, 32.5, 44.7, 42.6, 38.8, 17.4, 40.8, 29.1, 14.6, 59.2),
]

#: spikes 1.1 (R) on russia_2018, as the measurements of the peers had it: stations with 100 registered or more and
#: 0 < valid <= registered, ballots = valid; so many of them drawn by ``numpy.random.RandomState(42)``. Mixtures as it
#: printed them, (alpha, beta, weight). F of 10,000 with 20 and 100 resamples: 2.54 and .91, 1.04; of 2,000 with 20,
#: three seeds: 1.7 to 3.3, and with 1,000: 0.00 three times.
SPIKES_TURNOUT = {
    10_000: ((5.72, 1.18, 0.379), (47.57, 32.14, 0.347), (17.83, 8.97, 0.274)),
    2_000: ((5.56, 1.24, 0.387), (40.59, 27.37, 0.378), (17.62, 8.55, 0.236)),
}
SPIKES_SUPPORT = {
    10_000: ((76.8, 25.98, 0.514), (11.6, 2.58, 0.482), (3.2, 0.387, 0.004)),
    2_000: ((83.99, 28.24, 0.514), (11.33, 2.617, 0.482), (2.12, 0.265, 0.004)),
}

#: Fisher (1935), The Design of Experiments, sections 17 and 21: Darwin's maize, crossed less self-fertilised, fifteen
#: pairs, eighths of an inch. Of the 32,768 ways to take the signs 863 give as large a sum, 1,726 one as far from zero.
MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
