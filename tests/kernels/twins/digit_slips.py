"""Slips by trying every one of them."""

from __future__ import annotations

from itertools import combinations


def slow_slip_between(one, other):
    if one == other:
        return "same"
    if one < 0 or other < 0:
        return "other"
    a, b = str(one), str(other)
    if any(a[:i] + a[i + 1] + a[i] + a[i + 2 :] == b for i in range(len(a) - 1)):
        return "exchanged digits"
    if len(a) > 1 and any(a[:i] + d + a[i + 1 :] == b for i in range(len(a)) for d in "0123456789"):
        return "misread digit"
    if any(long[:i] + long[i + 1 :] == short for long, short in ((a, b), (b, a)) for i in range(len(long))):
        return "lost or added digit"
    return "other"


def given_slip_between():
    numbers = [0, 3, 7, 10, 12, 21, 120, 123, 132, 213, 1234, 1243, 1324, 123456, -5]
    return [(a, b) for a in numbers for b in numbers]


def slow_exchanged_columns(one, other):
    found = False
    for i, j in combinations(range(len(one)), 2):
        moved = list(one)
        moved[i], moved[j] = moved[j], moved[i]
        found |= moved == list(other) and list(one) != list(other)
    return found


def given_exchanged_columns():
    rows = [(1, 2, 3), (2, 1, 3), (3, 2, 1), (2, 3, 1), (1, 1, 3), (1, 2, 2)]
    return [(a, b) for a in rows for b in rows]
