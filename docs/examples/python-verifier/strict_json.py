"""JSON that every parser reads alike, and the RFC 8785 text of a value."""

import json
import math

LIMIT_BYTES = 4 * 1024 * 1024
LIMIT_DEPTH = 32
SAFE_INTEGER = 2**53 - 1


class NotStrict(ValueError):
    """Not JSON, or JSON that two programs may read differently."""


def read(data: bytes):
    if len(data) > LIMIT_BYTES:
        raise NotStrict("it is too large")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrict("it is not UTF-8") from None
    _check_depth(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_members, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
    except NotStrict:
        raise
    except ValueError as error:
        raise NotStrict(f"it is not JSON: {error}") from None
    _check_texts(value)
    return value


def _check_depth(text):
    depth, in_text, escaped = 0, False, False
    for char in text:
        if in_text:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_text = False
        elif char == '"':
            in_text = True
        elif char in "{[":
            depth += 1
            if depth > LIMIT_DEPTH:
                raise NotStrict("it is nested too deep")
        elif char in "}]":
            depth -= 1


def _members(pairs):
    members = {}
    for name, value in pairs:
        if name in members:
            raise NotStrict(f"{name} is there twice")
        if name == "__proto__":
            raise NotStrict("__proto__ is a name that some programs take for something else")
        members[name] = value
    return members


def _integer(text):
    value = int(text)
    if str(value) != text or abs(value) > SAFE_INTEGER:
        raise NotStrict(f"{text[:40]} is a number in another form, or above 2^53")
    return value


def _float(text):
    value = float(text)
    if not math.isfinite(value) or number_text(value) != text:
        raise NotStrict(f"{text[:40]} is a number in another form")
    return value


def _constant(text):
    raise NotStrict(f"{text} is no JSON")


def _check_texts(value):
    if isinstance(value, str):
        if any(0xD800 <= ord(char) <= 0xDFFF for char in value):
            raise NotStrict("half a character")
    elif isinstance(value, list):
        for entry in value:
            _check_texts(entry)
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_texts(name)
            _check_texts(member)


def number_text(value) -> str:
    """A number as ECMAScript writes it, which RFC 8785 asks for."""
    if isinstance(value, int):
        return str(value)
    if value == 0:
        return "0"
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(power or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len((whole + fraction).lstrip("0"))
    digits = digits.rstrip("0") or "0"
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    tail = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def canonical(value) -> bytes:
    """RFC 8785: members in the order of their UTF-16 units, nothing between, the shortest escapes."""
    return _canonical_text(value).encode("utf-8")


def _canonical_text(value) -> str:
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical_text, value)) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{_canonical_text(name)}:{_canonical_text(value[name])}" for name in names) + "}"
