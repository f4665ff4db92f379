"""What was said of a statement after it was signed: its key's time, its place in the log, revocations."""

import log


def key_time(issued_at, key):
    """A line only where something is said of the key's time."""
    start, end = key.get("validFrom"), key.get("validUntil")
    if start is None and end is None:
        return
    outside = (start is not None and issued_at < start) or (end is not None and issued_at > end)
    yield "key-time", "the key was not in use when the receipt says it was issued" if outside else None


def in_log(document, statement_bytes, trusted):
    if trusted is None:
        return
    if "log" not in document:
        if trusted["required"]:
            yield "log", "it is not shown to be in the log"
        return
    receipt_id = document["statement"]["receiptId"]
    yield "log", log.complaint(document["log"], trusted["key"], receipt_id, statement_bytes)


def revocation(document, revocations, is_in_log):
    if revocations is None:
        return
    statement = document["statement"]
    name = log.receipt_name(statement["receiptId"]).hex()
    if any(each["receipt"] == name for each in revocations["receipts"]):
        yield "revocation", "its issuer revoked it"
        return
    key = next((k for k in revocations["keys"] if k["keyId"] == document["signature"]["keyId"]), None)
    if key is None:
        yield "revocation", None
    elif statement["issuedAt"] >= key["from"]:
        yield "revocation", "its key was revoked for all it signed by then"
    else:
        is_older = is_in_log and document["log"]["index"] < key["logSize"]
        yield "revocation", None if is_older else "its key was revoked, and the log does not show that it is older"


def checks(document, statement_bytes, key, trusted_log, revocations):
    issued_at = document["statement"]["issuedAt"]
    found = list(key_time(issued_at, key)) + list(in_log(document, statement_bytes, trusted_log))
    is_in_log = ("log", None) in found
    return found + list(revocation(document, revocations, is_in_log))
