"""The word of a service that it was paid: a compact JWS of x402's extension offer-receipt, by the key that was paid."""

import base64
import json
import re

import ed25519

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\Z")


def _from_base58(text):
    if any(char not in _ALPHABET for char in text):
        return None
    number = 0
    for char in text:
        number = number * 58 + _ALPHABET.index(char)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _to_base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _ALPHABET[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def complaint(jws, payment):
    found = _COMPACT.match(jws)
    if not found or len(jws) > 2000:
        return "is not a JWS"
    try:
        header, claims = (json.loads(_bytes(part).decode()) for part in found.groups()[:2])
        signature = _bytes(found.group(3))
    except ValueError:
        return "is not a JWS"
    if not isinstance(header, dict) or not isinstance(claims, dict) or len(signature) != 64:
        return "is not a JWS"
    if header.get("alg") != "EdDSA":
        return "is signed by another algorithm"
    key = _from_base58(payment["payee"])
    did = "did:key:z" + _to_base58(b"\xed\x01" + key) if key and len(key) == 32 else None
    kid = header.get("kid")
    if did is None or not isinstance(kid, str) or kid.split("#", 1)[0] != did:
        return "is signed by another key than the one that was paid"
    if not ed25519.holds(signature, f"{found.group(1)}.{found.group(2)}".encode(), key):
        return "is not what its service signed"
    if not isinstance(claims.get("resourceUrl"), str) or type(claims.get("issuedAt")) is not int:
        return "does not say for what or when"
    if claims.get("network") != payment["network"] or claims.get("payer") != payment["payer"]:
        return "is for the payment of somebody else"
    if "transaction" in claims and claims["transaction"] != payment["signature"]:
        return "is for another payment"
