"""The joint shape of one real clean contest: size, turnout and support by region, district and station.

Spreads are those beyond the noise of counting: a quantile function of terms is that of the residuals, drawn
together until its variance is the variance that the noise leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata
from shape_moments import alike, logits, scatter, within
from usable_stations import places_of, usable, usable_rows

from recanvass.results import Results
from recanvass.scenarios._country import LEAST_REGISTERED
from recanvass.scenarios._joint_shape import KNOTS, SCORES, JointShape, broken_line

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Sizes:
    """Of the stations with a register: rows, the scores of place and size; districts' stations; log registers."""

    rows: Counts
    place: Floats
    size: Floats
    sizes: Counts
    lone: Floats
    divided: Floats


def scores(values: Floats) -> Floats:
    return np.asarray(ndtri((rankdata(values) - 0.5) / len(values))) if len(values) else np.zeros(0)


def quantiles(values: Floats) -> tuple[float, ...]:
    return tuple(float(v) for v in np.quantile(values, ndtr(SCORES)))


def basis(score: Floats) -> Floats:
    return np.stack([broken_line(score, tuple(row)) for row in np.eye(len(KNOTS))], axis=1)


def ridge(design: Floats, values: Floats, smooth: float) -> Floats:
    """Least squares; broken lines are held straight by ``smooth`` observations' worth of second differences."""
    columns = design.shape[1]
    bend = np.zeros((columns, columns))
    second = np.diff(np.eye(len(KNOTS)), 2, axis=0)
    bend[: len(KNOTS), : len(KNOTS)] = smooth * second.T @ second
    bend += 1e-3 * smooth * np.eye(columns)
    return np.asarray(np.linalg.solve(design.T @ design + bend, design.T @ values))


def shrunk(values: Floats, noise: float) -> tuple[Floats, float]:
    """Residuals drawn together so that the variance of the noise is gone from theirs; and what was left of it."""
    total = float((values**2).mean())
    kept = float(np.sqrt(np.clip(1 - noise / max(total, 1e-12), 0.05, 1)))
    return values * kept, kept


def fisher(one: Floats, two: Floats, district: Counts, signal: float) -> tuple[float, float]:
    """Mean and spread over districts of Fisher's z of a correlation, the noise of both taken off."""
    size = np.bincount(district)
    a, b = within(one, district), within(two, district)
    product, square, other = (np.bincount(district, x) for x in (a * b, a * a, b * b))
    large = (size >= 10) & (square > 0) & (other > 0)
    pooled = np.arctanh(np.clip(product.sum() / np.sqrt(square.sum() * other.sum()) / signal, -0.95, 0.95))
    if large.sum() < 8:
        return float(pooled), 0.15
    z = np.arctanh(np.clip(product[large] / np.sqrt(square[large] * other[large]), -0.98, 0.98))
    middle = float(np.median(z))
    raw = (1.4826 * float(np.median(np.abs(z - middle)))) ** 2
    beyond = max(0.0, raw - float(np.median(1 / (size[large] - 3.0))))
    return float(np.arctanh(np.clip(np.tanh(middle) / signal, -0.95, 0.95))), min(beyond**0.5 / signal, 1.0)


def spread_trends(squares: Floats, noise: Floats, place: Floats, size: Floats) -> tuple[float, float]:
    """Powers by which a spread follows the scores of place and of size (weighted moments in ten classes each)."""
    made = []
    bent = np.ones(len(squares))
    for by in (place, size):
        if np.ptp(by) < 1e-9 or len(by) < 200:
            made.append(0.0)
            continue
        edges = np.unique(np.quantile(by, np.linspace(0, 1, 9)))
        code = np.clip(np.searchsorted(edges, by, side="right") - 1, 0, len(edges) - 2)
        count = np.bincount(code, minlength=len(edges) - 1)
        keep = count > 0
        total = np.bincount(code, squares * bent, minlength=len(count))[keep] / count[keep]
        off = np.bincount(code, noise * bent, minlength=len(count))[keep] / count[keep]
        x = np.bincount(code, by, minlength=len(count))[keep] / count[keep]
        y = 0.5 * np.log(np.maximum(total - off, 0.1 * total))
        made.append(float(np.clip(np.polyfit(x, y, 1, w=np.sqrt(count[keep]))[0], -0.6, 0.6)))
        bent *= np.exp(-2 * made[-1] * by)
    return made[0], made[1]


def _sizes(results: Results) -> Sizes:
    """Districts and registers of all stations that have one, the smallest too."""
    registered = results.counts["registered"]
    rows = np.flatnonzero(results.known("registered") & (registered >= LEAST_REGISTERED))
    table = results.take(rows)
    _, district = places_of(table)
    registered = table.counts["registered"].astype(float)
    sizes = np.bincount(district)
    order = np.lexsort((np.bincount(district, registered), sizes))
    place = np.empty(len(sizes))
    place[order] = ndtri((np.arange(len(sizes)) + 0.5) / len(sizes))
    lone = (sizes == 1)[district]
    logs = np.log(registered)
    size = np.zeros(len(logs))
    size[~lone] = scores(logs[~lone])
    return Sizes(rows, place[district], size, sizes, logs[lone], logs[~lone])


def _scores_among(
    everything: Sizes, usable_ones: Counts, district: Counts, lone: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """The scores of the usable districts and of the stations of the divided ones among all."""
    row = np.searchsorted(everything.rows, usable_ones)
    place = np.empty(int(district.max()) + 1)
    place[district] = everything.place[row]
    return place, np.where(lone, 0.0, everything.size[row])


def log_spreads_by(place: Floats, values: Floats, noise: Floats) -> Floats:
    """At each knot the logarithm of the spread there against the typical one, drawn towards it by ten observations."""
    limit = 4 * 1.4826 * float(np.median(np.abs(values)))
    squares = np.clip(values, -limit, limit) ** 2 if limit > 0 else values**2
    near = basis(place)
    all_squares, all_noise, held = float(squares.mean()), float(noise.mean()), near.sum(axis=0) + 10.0
    total = (squares @ near + 10 * all_squares) / held
    off = (noise @ near + 10 * all_noise) / held
    typical = max(all_squares - all_noise, 0.1 * all_squares, 1e-9)
    return np.asarray(
        np.clip(0.5 * np.log(np.maximum(np.maximum(total - off, 0.1 * total), 1e-12) / typical), -1.5, 1.5)
    )


def joint_of(results: Results) -> JointShape:
    """The joint shape of a contest: sizes from all stations with a register, the rest from the usable ones."""
    table = usable(results)
    region, district = places_of(table)
    ballots = np.asarray(table.whole("ballots"), dtype=float)
    registered = table.counts["registered"].astype(float)
    whole = table.votes.sum(axis=1).astype(float)
    sizes = np.bincount(district)
    count = len(sizes)
    single = sizes == 1
    lone = single[district]
    everything = _sizes(results)
    place, size = _scores_among(everything, usable_rows(results), district, lone)
    of_region = np.zeros(count, np.int64)
    of_region[district] = region
    of_region = np.ravel(np.unique(of_region, return_inverse=True)[1])

    inside = within(size, district)
    figures = [logits(ballots, registered), logits(table.votes[:, table.leader].astype(float), whole)]
    by_size, station_tables, trends, residuals, noises, kept_by = [], [], [], [], [], []
    inflate = np.sqrt(sizes / np.maximum(sizes - 1, 1))[district]
    means = [np.bincount(district, size) / sizes]
    errors = [np.full(count, 1.0) / sizes * float((inside[~lone] ** 2).mean())]
    scatters = []
    spread = _spreads(inside, district)
    terms = (inside / spread[district] * inflate)[~lone]
    scatters.append(scatter(inside, district))
    station_tables.append(quantiles(terms))
    size_score = np.zeros(len(registered))
    size_score[~lone] = terms
    for values, noise in figures:
        design = basis(size)
        centred = np.stack([within(column, district) for column in design.T], axis=1)
        line = ridge(centred[~lone], within(values, district)[~lone], 20.0)
        line -= float((basis(np.zeros(1)) @ line)[0])
        by_size.append(tuple(float(v) for v in line))
        rest = values - np.where(lone, 0.0, design @ line)
        inner = within(rest, district)
        limit = 6 * 1.4826 * float(np.median(np.abs(inner[~lone])))
        squares = (np.clip(inner, -limit, limit) * inflate) ** 2
        trend = spread_trends(squares[~lone], noise[~lone], place[district][~lone], size[~lone])
        trends.append(trend)
        bent = np.exp(np.clip(trend[0] * place[district] + trend[1] * size, -1.5, 1.5))
        inner, noise = inner / bent, noise / bent**2
        spread = _spreads(inner, district)
        scatters.append(scatter(inner, district))
        rounded = inner / spread[district] * inflate
        made, kept = shrunk(rounded[~lone], float((noise / spread[district] ** 2)[~lone].mean()))
        station_tables.append(quantiles(made))
        residuals.append(inner / spread[district])
        noises.append(noise / spread[district] ** 2)
        kept_by.append(kept)
        means.append(np.bincount(district, rest) / sizes)
        own = float((made**2).mean())
        errors.append(np.bincount(district, noise * bent**2 + own * bent**2) / sizes**2)

    correlation = fisher(residuals[0], residuals[1], district, kept_by[0] * kept_by[1])
    with_turnout = fisher(inside, residuals[0], district, kept_by[0])
    with_leader = fisher(inside, residuals[1], district, kept_by[1])
    neighbours = [alike(inside, np.zeros(len(inside)), district)]
    neighbours += [alike(r, n, district) for r, n in zip(residuals, noises, strict=True)]

    lines, steps, off = [], [], []
    for k, mean in enumerate(means):
        used = ~single if k == 0 else np.ones(count, bool)
        if used.sum() < 3:
            used = np.ones(count, bool)
        step = (single & used).astype(float)
        design = np.concatenate([basis(place), step[:, None]], axis=1)
        inner_design = np.stack([_within_some(c, of_region, used) for c in design.T], axis=1)[used]
        line = ridge(inner_design, _within_some(mean, of_region, used)[used], 5.0)
        rest = mean - design @ line
        centre = float(rest[used].mean())
        line[: len(KNOTS)] += centre
        lines.append(tuple(float(v) for v in line[: len(KNOTS)]))
        steps.append(float(line[-1]))
        off.append(np.where(used, rest - centre, 0.0))
    held = [
        _within_some(x, of_region, ~single if k == 0 and (~single).sum() > 3 else np.ones(count, bool))
        for k, x in enumerate(off)
    ]
    district_tables, normal, bends = [], [], []
    parts = []
    for k, x in enumerate(held):
        used = ~single if k == 0 and (~single).sum() > 3 else np.ones(count, bool)
        wide = np.zeros(len(KNOTS))
        if k:
            wide = log_spreads_by(place, x, errors[k])
            bends.append(tuple(float(v) for v in wide))
        factor = np.exp(basis(place) @ wide)
        x, error = x / factor, errors[k] / factor**2
        made, kept = shrunk(x[used], float(error[used].mean()))
        district_tables.append(quantiles(made))
        parts.append(float((made**2).mean()))
        ranked = np.zeros(count)
        ranked[used] = scores(x[used])
        normal.append(ranked)
        kept_by.append(kept)
    kept_d = kept_by[2:]

    def paired(a: int, b: int) -> float:
        used = ~single if 0 in (a, b) and (~single).sum() > 3 else np.ones(count, bool)
        if used.sum() < 20 or min(np.ptp(normal[a][used]), np.ptp(normal[b][used])) == 0:
            return 0.0
        raw = float(np.corrcoef(normal[a][used], normal[b][used])[0, 1])
        return float(np.clip(raw / (kept_d[a] * kept_d[b]), -0.9, 0.9))

    regions = int(of_region.max()) + 1
    per = np.bincount(of_region)
    terms_of = np.stack([np.bincount(of_region, x) / per for x in (place, *off)], axis=1)
    inner_parts = np.array([1.0, *parts])
    root = np.zeros((4, 4))
    if regions > 1:
        cov = (terms_of * per[:, None]).T @ terms_of / count * regions / (regions - 1)
        cov -= np.diag(inner_parts) * regions / count
        value, vector = np.linalg.eigh(cov)
        root = vector * np.sqrt(np.maximum(value, 0))
    sums = table.votes.sum(axis=0) / table.votes.sum()
    shares = sorted((float(s) for s in np.delete(sums, table.leader) if s > 0.002), reverse=True)
    invalid, invalid_spread = _invalid(table, ballots, district)
    return JointShape(
        shares=(float(sums[table.leader]), *(shares or [1 - float(sums[table.leader])])),
        invalid=invalid,
        invalid_spread=invalid_spread,
        regions=regions,
        region_unevenness=max(0.0, float(np.log(regions * ((per / count) ** 2).sum()))) ** 0.5 if regions > 1 else 0.0,
        region_terms=tuple(float(v) for v in root.ravel()),
        per_district=float(everything.sizes.mean()),
        lone=float((everything.sizes == 1).mean()),
        lone_sizes=quantiles(everything.lone if len(everything.lone) else everything.divided),
        district_sizes=quantiles(np.log(everything.sizes[everything.sizes > 1])),
        station_sizes=quantiles(everything.divided),
        size_by_place=lines[0],
        turnout_by_place=lines[1],
        leader_by_place=lines[2],
        lone_turnout=steps[1],
        lone_leader=steps[2],
        district_size_terms=district_tables[0],
        district_turnout_terms=district_tables[1],
        district_leader_terms=district_tables[2],
        turnout_spread_by_place=bends[0],
        leader_spread_by_place=bends[1],
        district_correlations=(paired(0, 1), paired(0, 2), paired(1, 2)),
        turnout_by_size=by_size[0],
        leader_by_size=by_size[1],
        size_terms=station_tables[0],
        turnout_terms=station_tables[1],
        leader_terms=station_tables[2],
        scatters=tuple(scatters),
        neighbours=tuple(neighbours),
        correlation=correlation[0],
        correlation_spreads=(with_turnout[1], with_leader[1], correlation[1]),
        spread_by_place=(trends[0][0], trends[1][0]),
        spread_by_size=(trends[0][1], trends[1][1]),
    )


def _within_some(values: Floats, group: Counts, used: NDArray[np.bool_]) -> Floats:
    """Values off the mean of their group; the mean is that of the ones used."""
    size = np.maximum(np.bincount(group, used), 1)
    return np.asarray(values - (np.bincount(group, np.where(used, values, 0.0)) / size)[group])


def _spreads(inner: Floats, district: Counts) -> Floats:
    """By how much the spread of each large district differs from the typical one; 1 for the others."""
    size = np.bincount(district)
    squares = np.bincount(district, inner**2) / np.maximum(size - 1, 1)
    large = (size >= 10) & (squares > 0)
    made = np.ones(len(size))
    if size[large].sum() >= 200 and large.sum() >= 8:
        logs = 0.5 * np.log(squares[large])
        made[large] = np.exp(logs - np.median(logs))
    return made


def _invalid(table: Results, ballots: Floats, district: Counts) -> tuple[float, float]:
    if not table.has("invalid"):
        return 0.012, 0.25
    given = table.known("invalid")
    total, whole = (np.bincount(district[given], x[given].astype(float)) for x in (table.counts["invalid"], ballots))
    share = float(np.clip(total.sum() / max(whole.sum(), 1.0), 1e-4, 0.5))
    some = whole * share > 5
    if some.sum() < 8:
        return share, 0.25
    logs, noise = logits(total[some], whole[some])
    robust = 1.4826 * float(np.median(np.abs(logs - np.median(logs))))
    return share, min(max(0.0, robust**2 - float(np.median(noise))) ** 0.5, 1.0)
