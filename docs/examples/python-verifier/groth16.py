"""Groth16 over BN254: e(A, B) = e(alpha, beta) e(signals, gamma) e(C, delta). Slow, plain, and strict."""

import re

Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583
R = 21888242871839275222246405745257275088548364400416034343698204186575808495617
LOOP = 29793968203157093288
CANONICAL = re.compile(r"(0|[1-9][0-9]{0,77})\Z")


class NotAProof(ValueError):
    pass


# Elements of the field with q^12 members: twelve coefficients of w, where w^12 = 18 w^6 - 82 and u = w^6 - 9.
ONE = (1,) + (0,) * 11
ZERO = (0,) * 12


def _mul(a, b):
    long = [0] * 23
    for i, x in enumerate(a):
        if x:
            for j, y in enumerate(b):
                long[i + j] += x * y
    for i in range(22, 11, -1):
        long[i - 6] += 18 * long[i]
        long[i - 12] -= 82 * long[i]
    return tuple(each % Q for each in long[:12])


def _add(a, b):
    return tuple((x + y) % Q for x, y in zip(a, b))


def _sub(a, b):
    return tuple((x - y) % Q for x, y in zip(a, b))


def _pow(a, n):
    result = ONE
    while n:
        if n & 1:
            result = _mul(result, a)
        a = _mul(a, a)
        n >>= 1
    return result


def _divided(a, b):
    """Polynomials over the field: quotient, lowest coefficient first."""
    rest, out = list(a), [0] * (len(a) - len(b) + 1)
    top = pow(b[-1], -1, Q)
    for i in range(len(out) - 1, -1, -1):
        out[i] = rest[i + len(b) - 1] * top % Q
        for j, each in enumerate(b):
            rest[i + j] = (rest[i + j] - out[i] * each) % Q
    while rest and rest[-1] == 0:
        rest.pop()
    return out, rest


def _inverse(a):
    """Extended Euclid over polynomials, modulo w^12 - 18 w^6 + 82."""
    low, high = [each for each in a], [82, 0, 0, 0, 0, 0, Q - 18, 0, 0, 0, 0, 0, 1]
    while low[-1] == 0:
        low.pop()
    s, t = [1], [0]
    while len(low) > 1:
        quotient, rest = _divided(high, low)
        product = [0] * (len(quotient) + len(s) - 1)
        for i, x in enumerate(quotient):
            for j, y in enumerate(s):
                product[i + j] += x * y
        width = max(len(t), len(product))
        t, s = s, [
            ((t[i] if i < len(t) else 0) - (product[i] if i < len(product) else 0)) % Q for i in range(width)
        ]
        high, low = low, rest
    scale = pow(low[0], -1, Q)
    return tuple([each * scale % Q for each in s] + [0] * (12 - len(s)))[:12]


# Points of the curve over that field: (x, y), or None at infinity.
def _double(p):
    x, y = p
    slope = _mul(_mul((3,) + (0,) * 11, _mul(x, x)), _inverse(_add(y, y)))
    x3 = _sub(_mul(slope, slope), _add(x, x))
    return x3, _sub(_mul(slope, _sub(x, x3)), y)


def _plus(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        return _double(p) if p[1] == q[1] else None
    slope = _mul(_sub(q[1], p[1]), _inverse(_sub(q[0], p[0])))
    x = _sub(_sub(_mul(slope, slope), p[0]), q[0])
    return x, _sub(_mul(slope, _sub(p[0], x)), p[1])


def _line(p, q, at):
    """The line through two points, at a third."""
    if p[0] != q[0]:
        slope = _mul(_sub(q[1], p[1]), _inverse(_sub(q[0], p[0])))
    elif p[1] == q[1]:
        slope = _mul(_mul((3,) + (0,) * 11, _mul(p[0], p[0])), _inverse(_add(p[1], p[1])))
    else:
        return _sub(at[0], p[0])
    return _sub(_mul(slope, _sub(at[0], p[0])), _sub(at[1], p[1]))


def _miller(q, p):
    f, r = ONE, q
    for bit in bin(LOOP)[3:]:
        f = _mul(_mul(f, f), _line(r, r, p))
        r = _double(r)
        if bit == "1":
            f = _mul(f, _line(r, q, p))
            r = _plus(r, q)
    q1 = (_pow(q[0], Q), _pow(q[1], Q))
    q2 = (_pow(q1[0], Q), _sub(ZERO, _pow(q1[1], Q)))
    f = _mul(f, _line(r, q1, p))
    r = _plus(r, q1)
    return _mul(f, _line(r, q2, p))


def _final(f):
    return _pow(f, (Q**12 - 1) // R)


# G1 over the small field, Jacobian-free: there are few sums.
def _add1(p, q):
    if p is None or q is None:
        return p or q
    (x1, y1), (x2, y2) = p, q
    if x1 == x2:
        if (y1 + y2) % Q == 0:
            return None
        slope = 3 * x1 * x1 * pow(2 * y1, -1, Q)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, Q)
    x = (slope * slope - x1 - x2) % Q
    return x, (slope * (x1 - x) - y1) % Q


def _times1(n, p):
    result = None
    while n:
        if n & 1:
            result = _add1(result, p)
        p = _add1(p, p)
        n >>= 1
    return result


def _up(p):
    return (p[0],) + (0,) * 11, (p[1],) + (0,) * 11


def _untwist(x, y):
    """(x, y) of the twist, each c0 + c1 u, as a point over the large field."""
    lift = lambda c: ((c[0] - 9 * c[1]) % Q, 0, 0, 0, 0, 0, c[1]) + (0,) * 5
    w2 = (0, 0, 1) + (0,) * 9
    w3 = (0, 0, 0, 1) + (0,) * 8
    return _mul(lift(x), w2), _mul(lift(y), w3)


def _coordinate(text):
    if not isinstance(text, str) or not CANONICAL.match(text) or int(text) >= Q:
        raise NotAProof("a coordinate is not a canonical decimal below the modulus")
    return int(text)


def g1(point):
    if len(point) != 3 or point[2] != "1":
        raise NotAProof("not an affine point")
    x, y = _coordinate(point[0]), _coordinate(point[1])
    if (y * y - x**3 - 3) % Q:
        raise NotAProof("a point is off the curve")
    return x, y


def g2(point):
    if len(point) != 3 or point[2] != ["1", "0"] or any(len(pair) != 2 for pair in point):
        raise NotAProof("not an affine point")
    x, y = ([_coordinate(part) for part in pair] for pair in point[:2])
    lifted = _untwist(x, y)
    on_curve = _sub(_mul(lifted[1], lifted[1]), _mul(lifted[0], _mul(lifted[0], lifted[0])))
    if on_curve != (3,) + (0,) * 11:
        raise NotAProof("a point is off the curve")
    return lifted


def _times12(n, p):
    result = None
    while n:
        if n & 1:
            result = _plus(result, p)
        p = _double(p) if p else None
        n >>= 1
    return result


def parse(proof, signals, count):
    if len(signals) != count:
        raise NotAProof("another number of signals than the circuit has")
    for text in signals:
        if not CANONICAL.match(text) or int(text) >= R:
            raise NotAProof("a signal is not a canonical decimal below r")
    return g1(proof["pi_a"]), g1(proof["pi_c"]), g2(proof["pi_b"]), [int(text) for text in signals]


def holds(key, a, c, b, signals) -> bool:
    if _times12(R, b) is not None:
        raise NotAProof("B is outside the subgroup")
    total = g1(key["IC"][0])
    for signal, point in zip(signals, key["IC"][1:]):
        total = _add1(total, _times1(signal, g1(point)))
    minus = (a[0], (Q - a[1]) % Q)
    product = ONE
    pairs = [(minus, b), (g1(key["vk_alpha_1"]), g2(key["vk_beta_2"]))]
    pairs += [(total, g2(key["vk_gamma_2"])), (c, g2(key["vk_delta_2"]))]
    for p, q in pairs:
        if p is not None:
            product = _mul(product, _miller(q, _up(p)))
    return _final(product) == ONE
