"""Poseidon over BN254 with circomlib's parameters, derived as docs/receipt-format.md says."""

from functools import lru_cache

R = 21888242871839275222246405745257275088548364400416034343698204186575808495617
PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68]


def _grain(width, partial_rounds):
    state = []
    for value, bits in ((1, 2), (0, 4), (254, 12), (width, 12), (8, 10), (partial_rounds, 10), (2**30 - 1, 30)):
        state += [int(bit) for bit in f"{value:0{bits}b}"]

    def stream():
        at = 0
        while True:
            bit = (
                state[at] ^ state[at + 13] ^ state[at + 23] ^ state[at + 38] ^ state[at + 51] ^ state[at + 62]
            )
            state.append(bit)
            at += 1
            yield bit

    bits = stream()
    for _ in range(160):
        next(bits)
    while True:
        take = next(bits)
        bit = next(bits)
        if take:
            yield bit


@lru_cache(maxsize=None)
def _parameters(width):
    partial_rounds = PARTIAL_ROUNDS[width - 2]
    bits = _grain(width, partial_rounds)

    def number():
        value = 0
        for _ in range(254):
            value = 2 * value + next(bits)
        return value

    def element():
        while (value := number()) >= R:
            pass
        return value

    constants = [element() for _ in range((8 + partial_rounds) * width)]
    xs = [number() for _ in range(width)]
    ys = [number() for _ in range(width)]
    matrix = [[pow(x + y, -1, R) for y in ys] for x in xs]
    return partial_rounds, constants, matrix


@lru_cache(maxsize=4096)
def poseidon(*inputs: int) -> int:
    assert 1 <= len(inputs) <= 16 and all(0 <= each < R for each in inputs)
    width = len(inputs) + 1
    partial_rounds, constants, matrix = _parameters(width)
    state = [0, *inputs]
    for number in range(8 + partial_rounds):
        state = [(each + constants[number * width + i]) % R for i, each in enumerate(state)]
        if 4 <= number < 4 + partial_rounds:
            state[0] = pow(state[0], 5, R)
        else:
            state = [pow(each, 5, R) for each in state]
        state = [sum(map(int.__mul__, row, state)) % R for row in matrix]
    return state[0]
