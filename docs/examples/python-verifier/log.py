"""The transparency log: signed notes, checkpoints and inclusion proofs (C2SP, RFC 9162)."""

import base64
import binascii
import hashlib
import re
import unicodedata

import ed25519

SAFE_INTEGER = 2**53 - 1


def from_base64(text):
    """The bytes, None for anything but the one way to write some."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def _is_name(name):
    return 1 <= len(name) <= 200 and not any(
        char == "+" or char.isspace() or unicodedata.category(char)[0] == "C" for char in name
    )


def key_hash(name, key):
    return hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]


def parse_key(text):
    """(name, key) of <name>+<hash>+<base64 of 0x01 and the key>"""
    name, digest, encoded = text.strip().split("+", 2)
    data = from_base64(encoded)
    if data is None or len(data) != 33 or data[0] != 1 or key_hash(name, data[1:]).hex() != digest:
        raise ValueError("this is no key of a log")
    return name, data[1:]


def _signatures(lines):
    for line in lines:
        parts = line.split(" ")
        data = from_base64(parts[2]) if len(parts) == 3 and parts[0] == "—" else None
        if data is None or len(data) <= 4 or not _is_name(parts[1]):
            raise ValueError("a line under the note is no signature")
        yield parts[1], data[:4], data[4:]


def head_of(note, key_text):
    """(size, root) of a checkpoint that the key signed, None for anything else."""
    name, key = parse_key(key_text)
    if any(char != "\n" and unicodedata.category(char) == "Cc" for char in note):
        return None
    text, found, under = note.rpartition("\n\n")
    if not found or not under.endswith("\n") or len(note) > 16384:
        return None
    text += "\n"
    try:
        signatures = list(_signatures(under[:-1].split("\n")))
    except ValueError:
        return None
    lines = text.split("\n")
    if len(lines) < 4:
        return None
    origin, size, root, *rest = lines
    data = from_base64(root)
    if origin != name or not re.match(r"(0|[1-9][0-9]{0,15})\Z", size) or int(size) > SAFE_INTEGER:
        return None
    if data is None or len(data) != 32 or rest[-1] != "" or "" in rest[:-1]:
        return None
    mine = [s for n, h, s in signatures if n == name and h == key_hash(name, key) and len(s) == 64]
    if len(signatures) > 64 or not any(ed25519.holds(each, text.encode(), key) for each in mine):
        return None
    return int(size), data


def receipt_name(receipt_id):
    return hashlib.sha256(b"quittance-log/1\n" + receipt_id.encode()).digest()


def leaf(receipt_id, statement_bytes):
    entry = receipt_name(receipt_id) + hashlib.sha256(statement_bytes).digest()
    return hashlib.sha256(b"\0" + entry).digest()


def root_from(hash_, index, size, proof):
    """RFC 9162, 2.1.3.2; None when the proof leads nowhere."""
    if index >= size:
        return None
    node, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return None
        if node % 2 == 1 or node == last:
            hash_ = hashlib.sha256(b"\1" + sibling + hash_).digest()
            while node % 2 == 0 and node > 0:
                node, last = node // 2, last // 2
        else:
            hash_ = hashlib.sha256(b"\1" + hash_ + sibling).digest()
        node, last = node // 2, last // 2
    return hash_ if last == 0 else None


def complaint(carried, key_text, receipt_id, statement_bytes):
    head = head_of(carried["checkpoint"], key_text)
    if head is None:
        return "the head is not one that the log's key signed"
    hashes = [from_base64(each) for each in carried["hashes"]]
    if any(each is None or len(each) != 32 for each in hashes):
        return "a hash is none"
    found = root_from(leaf(receipt_id, statement_bytes), carried["index"], head[0], hashes)
    return None if found == head[1] else "the proof does not lead to the head"
