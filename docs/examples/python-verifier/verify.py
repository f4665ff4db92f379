"""
A second verifier of receipts, after docs/receipt-format.md, with nothing but Python's standard library.

    python3 verify.py receipt.json --key <issuer's public key, hex> [--context N] [--production]
                      [--keys keys.json] [--log-key <key>] [--revocations file] [--receipt file]
    python3 verify.py --vectors        holds itself to docs/vectors

It covers receipts and disclosures of single steps, contents, services' receipts, the transparency log, key times and
revocations. It leaves out the level `full`, whose payments are looked up elsewhere.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import re
import sys

import commitments
import ed25519
import groth16
import rules
import schema
import standing
import step_disclosure
import strict_json
from poseidon import R, poseidon

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCHEMAS = {
    name: json.loads((ROOT / f"docs/schema/{name}.schema.json").read_text()) for name in ("receipt", "step-disclosure")
}
KEYS = json.loads((ROOT / "circuits/keys/development.json").read_text())
NOT_PROVEN = [
    "That a service, tool or model computed the truth: its output is committed to, not judged.",
    "That a condition was rightly decided: a skipped step was allowed to be skipped, no more.",
    "That a payment is on its chain: its signature is recorded, look it up there.",
    "That the times are right: they are what the issuer recorded.",
]


def form(document):
    is_step = isinstance(document, dict) and document.get("format") == "quittance-step-disclosure/1"
    found = schema.complaint(SCHEMAS["step-disclosure" if is_step else "receipt"], document)
    if found:
        return found
    made = (document["statement"]["commitments"] or {}).items()
    elements = [value for name, value in made if name != "slots"]
    found = step_disclosure.elements(document) if is_step else receipt_elements(document)
    if isinstance(found, str):
        return found
    if any(element is not None and int(element) >= R for element in elements + found):
        return "an element is not below r"


def receipt_elements(document):
    """Those that stand outside of the statement, or what the schema cannot say."""
    disclosure = document.get("disclosure", {"steps": []})
    elements = [disclosure[name] for name in ("planSalt", "finalSalt") if name in disclosure]
    for step in disclosure["steps"]:
        elements += [step["detailSalt"], step["inputCommitment"], step["outputCommitment"]]
        if "0" in (step["inputCommitment"], step["outputCommitment"]):
            return "zero is no commitment"
        if len(set(step["dependencies"])) < len(step["dependencies"]):
            return "a dependency stands there twice"
    for salts in document.get("openings", {}).values():
        elements += salts.values()
    return elements


def statement_complaint(statement):
    made, outcome = statement["commitments"], statement["outcome"]
    workflow, run, total = statement["workflowId"], statement["runNo"], statement["totalCost"]
    if not re.match(r"wf_[0-9A-Za-z]{1,60}\Z", workflow):
        return "the workflow id is not one"
    if statement["receiptId"] != f"rcpt_{workflow[3:]}r{run}":
        return "the receipt id is that of another run"
    if statement["notProven"] != NOT_PROVEN:
        return "it says something else about what it does not prove"
    if total is not None and int(total) > int(statement["maxCost"]):
        return "the total is above the budget"
    if total is None and outcome != "completed":
        return "only a completed run may conceal its total"
    if (made is None) != (statement["stepCount"] == 0):
        return "commitments without steps, or the reverse"
    if outcome == "completed" and not (made and made["finalResultHash"]):
        return "a completed run has a final result"
    if made and made["slots"] != commitments.slots_for(statement["stepCount"]):
        return "another number of slots"
    if made and int(made["executionId"]) != commitments.execution_id(workflow, run):
        return "the execution id is that of another run"


def level_complaint(document):
    statement = document["statement"]
    level = statement["level"]
    if level == "zero-knowledge" and statement["unprovable"] is not None:
        level = "basic"
    is_proven = "proof" in document or "proofs" in document
    if is_proven and "disclosure" not in document:
        level = "zero-knowledge"  # issued at another level, and proven since
    if level == "zero-knowledge":
        return None if is_proven else "there is no proof"
    if "disclosure" not in document and statement["commitments"] is not None:
        return "nothing is disclosed"


def disclosure_checks(statement, disclosure):
    made, steps = statement["commitments"], disclosure["steps"]
    if made is None or len(steps) != statement["stepCount"]:
        yield "plan", "another number of steps is disclosed than committed to"
        return

    def same(committed, make):
        try:
            found = make()
        except (ValueError, StopIteration) as error:
            return f"there is no such commitment: {error}"
        return None if (found is None and committed is None) or str(found) == committed else "another commitment"

    salts = disclosure["planSalt"], disclosure["finalSalt"]
    yield "plan", same(
        made["workflowHash"], lambda: commitments.plan_hash(steps, statement["maxCost"], salts[0])
    )
    yield "results", same(
        made["resultsRoot"],
        lambda: commitments.results_root(steps, made["workflowHash"], made["executionId"]),
    )
    yield "final-result", same(made["finalResultHash"], lambda: commitments.final_hash(steps, salts[1]))
    yield "costs", rules.costs(steps, statement)
    yield "order", rules.order(steps, statement)
    yield "payments", rules.payments(steps)
    if "kept" in statement:
        yield "kept", rules.kept(steps, statement)


def statement_signals(statement):
    """What the signals of a receipt's proof must be, None where no proof may be."""
    made = statement["commitments"]
    if made is None or statement["outcome"] != "completed":
        return None
    return {
        "workflowHash": made["workflowHash"],
        "resultsRoot": made["resultsRoot"],
        "finalResultHash": made["finalResultHash"],
        "stepCount": str(statement["stepCount"]),
        "maxCost": statement["maxCost"],
        "executionId": made["executionId"],
        "totalCost": statement["totalCost"] or "0",
        "concealCost": "1" if statement["totalCost"] is None else "0",
    }


def key_of(carried):
    """The verifier's own key for the circuit, None where the proof names another one."""
    named = carried["circuitId"], carried["circuitVersion"], carried["vkeyHash"], carried["keyKind"]
    return next(
        (k for k in KEYS if (k["circuitId"], k["circuitVersion"], k["vkeyHash"], k["keyKind"]) == named), None
    )


def proof_checks(carried, expected, context, production, may_pair):
    key = key_of(carried)
    if key is None:
        yield "proof-key", "not the key this verifier trusts for the circuit"
        return
    named = dict(zip(key["publicSignals"], carried["publicSignals"]))
    # a segment of a chain is about the same, and proves nothing alone
    is_about = "segment" not in named and expected is not None
    is_about = is_about and all(named.get(name) == value for name, value in expected.items())
    yield "proof-signals", None if is_about else "the proof is about something else"
    if context is not None:
        yield "context", None if named.get("context") == context else "made for another context"
    yield from pairing_checks(carried, key, production, may_pair, "proof")


def pairing_checks(carried, key, production, may_pair, name):
    points, signals = key["key"], carried["publicSignals"]
    assert hashlib.sha256(strict_json.canonical(points)).hexdigest() == key["vkeyHash"]
    assert points["vk_gamma_2"][0] != points["vk_delta_2"][0], "gamma = delta: anybody forges anything"
    if production and key["keyKind"] == "development":
        yield "proof-key", "a development key"
        return
    yield "proof-key", None
    try:
        parsed = groth16.parse(carried["proof"], signals, len(key["publicSignals"]))
        holds = not may_pair() or groth16.holds(points, *parsed)
        yield name, None if holds else "the proof does not hold"
    except groth16.NotAProof as error:
        yield name, str(error)


SEGMENTS = {16: 2, 256: 2, 512: 4}


def chain_checks(document, expected, context, production, may_pair):
    """A run that one circuit does not hold is proven by all segments of a chain."""
    made, proofs = document["statement"]["commitments"], document["proofs"]
    slots = made["slots"] if made else None
    wanted = [f"workflow-segment-{slots}-{i + 1}" for i in range(SEGMENTS.get(slots, 0))]
    is_whole = "proof" not in document and wanted and [each["circuitId"] for each in proofs] == wanted
    if not is_whole:
        yield "proof-chain", "these are not the proofs of this chain, each once and in their order"
        return
    keys = [key_of(each) for each in proofs]
    if None in keys:
        yield "proof-key", "not the key this verifier trusts for a circuit"
        return
    yield "proof-chain", None
    named = [dict(zip(key["publicSignals"], each["publicSignals"])) for key, each in zip(keys, proofs)]
    places = [{"segment": str(i + 1), "segments": str(len(wanted))} for i in range(len(wanted))]
    is_about = expected is not None and all(
        signals.get(name) == value
        for signals, place in zip(named, places)
        for name, value in {**expected, **place}.items()
    )
    yield "proof-signals", None if is_about else "a proof is about something else"
    begins = [signals.get("before") for signals in named] + ["0"]
    ends = ["0"] + [signals.get("after") for signals in named]
    yield "proof-links", None if begins == ends else "a proof does not begin where the one before it ended"
    contexts = {signals.get("context") for signals in named} | (set() if context is None else {context})
    if context is not None or len(contexts) > 1:
        yield "context", None if len(contexts) == 1 else "made for another context"
    for i, (key, each) in enumerate(zip(keys, proofs)):
        for check in pairing_checks(each, key, production, may_pair, f"proof:{i + 1}"):
            if check[0] != "proof-key" or check[1] or i == 0:
                yield check


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def statement_bytes(statement):
    return b"quittance-receipt/1\n" + strict_json.canonical(statement)


def signed_part(statement, signature):
    """The signature's bytes, None where they are written in another form, and what it is over."""
    if signature["alg"] == "Ed25519":
        return bytes.fromhex(signature["value"]), statement_bytes(statement)
    header = {"alg": "EdDSA", "kid": signature["keyId"], "typ": "quittance-receipt-1+jws"}
    header = base64url(strict_json.canonical(header))
    given, payload, text = signature["jws"].encode().split(b".")
    value = base64.urlsafe_b64decode(text + b"==")
    is_one_form = given == header and payload == b"" and base64url(value) == text
    return value if is_one_form else None, header + b"." + base64url(strict_json.canonical(statement))


def content_checks(committed, openings, contents):
    """@param committed by step id, its input and output commitments"""
    for step_id, held in contents.items():
        for role, content in held.items():
            name, salts = f"content:{step_id}:{role}", openings.get(step_id, {})
            if step_id not in committed or role not in salts:
                yield name, "there is no such step, or no salt for it"
                continue
            domain = "input" if role == "input" else "result"
            found = poseidon(commitments.of_json(domain, content), int(salts[role]))
            yield name, None if str(found) == committed[step_id][role] else "another content was committed to"


def issuers_of(options):
    """Whom the reader trusts: their public keys, with the times they were in use where somebody says so."""
    if "keys" in options:
        return {key["publicKey"]: key for key in options["keys"]["keys"]}
    return {key: {} for key in options["issuerKeys"]}


def verify(data: bytes, options):
    """@returns pairs of a check and what is wrong, None where it holds"""
    try:
        document = strict_json.read(data)
    except strict_json.NotStrict as error:
        return [("format", str(error))]
    checks = [("format", form(document))]
    if checks[0][1]:
        return checks
    statement, signature, issuers = document["statement"], document["signature"], issuers_of(options)
    key = bytes.fromhex(signature["publicKey"])
    named = hashlib.sha256(key).hexdigest()[:16] == signature["keyId"]
    trusted = named and signature["publicKey"] in issuers
    checks.append(("issuer", None if trusted else "not a key you trust"))
    value, signed = signed_part(statement, signature)
    holds = value is not None and ed25519.holds(value, signed, key)
    checks.append(("signature", None if holds else "not what the issuer signed"))
    if not trusted or not holds:
        return checks
    checks.append(("statement", statement_complaint(statement)))
    stands = standing.checks(
        document,
        statement_bytes(statement),
        issuers[signature["publicKey"]],
        options.get("log"),
        options.get("revocations"),
    )
    judge = judge_step if "step" in document else judge_run
    return checks + judge(document, options, stands, [wrong for _, wrong in checks])


def with_proof(document, expected, options, before):
    """A pairing is dear: it is left out where something else has failed already."""
    found = []
    asked = expected, options.get("context"), options.get("production", False)

    def may_pair():
        return not any(before) and not failing(found)

    if "proofs" in document:
        checks = chain_checks(document, *asked, may_pair)
    else:
        checks = proof_checks(document["proof"], *asked, may_pair)
    for each in checks:
        found.append(each)
    return found


def judge_run(document, options, stands, before):
    statement, disclosure = document["statement"], document.get("disclosure")
    steps = None if disclosure is None else disclosure["steps"]
    checks = [("level", level_complaint(document))]
    if disclosure is not None:
        checks += disclosure_checks(statement, disclosure)
    if "rollback" in statement:
        checks.append(("rollback", rules.rollback(statement, steps)))
    disclosed = {
        step["stepId"]: {"input": step["inputCommitment"], "output": step["outputCommitment"]} for step in steps or []
    }
    openings = document.get("openings", {})
    if "openings" in document:
        strange = set(openings) - set(disclosed)
        checks.append(("openings", "salts of a step that is not disclosed" if strange else None))
    checks += stands
    checks += content_checks(disclosed, openings, options.get("contents", {}))
    if "proof" in document or "proofs" in document:
        before = before + [wrong for _, wrong in checks]
        checks += with_proof(document, statement_signals(statement), options, before)
    return checks


def judge_step(document, options, stands, before):
    checks = list(stands)
    if "receipt" in options:
        checks.append(("receipt", step_disclosure.of_receipt(document, options["receipt"], form)))
    if "executor" in document["shown"]:
        checks.append(("payments", rules.payments([step_disclosure.paid(document)])))
    step_id, shown = document["step"]["stepId"], document["shown"]
    openings = {step_id: document.get("openings", {})}
    checks += content_checks({step_id: {"input": None, "output": None, **shown}}, openings, options.get("contents", {}))
    before = before + [wrong for _, wrong in checks]
    return checks + with_proof(document, step_disclosure.signals(document), options, before)


def failing(checks):
    return [name for name, wrong in checks if wrong]


def hold_to_vectors():
    hashes = json.loads((ROOT / "docs/vectors/hashes-1.json").read_text())
    for each in hashes["poseidon"]:
        assert str(poseidon(*map(int, each["inputs"]))) == each["hash"], each
    for each in hashes["tree"]:
        assert str(commitments.tree(list(range(1, each["elements"] + 1)))) == each["root"], each
    for each in hashes["json"]:
        assert str(commitments.of_json(each["domain"], each["value"])) == each["hash"], each
    for each in hashes["bytes"]:
        assert str(commitments.of_bytes("result", each["utf8"].encode())) == each["hash"], each
    for each in hashes["executionId"]:
        assert str(commitments.execution_id(each["workflowId"], each["runNo"])) == each["element"], each
    count = sum(len(hashes[name]) for name in ("poseidon", "tree", "json", "bytes", "executionId"))
    print(f"{count} hashes agree")
    differing = total = 0
    for file in sorted((ROOT / "docs/vectors").glob("receipts-*.json")):
        for vector in json.loads(file.read_text()):
            text = vector["text"].encode("utf-8", "surrogatepass")
            found = failing(verify(text, vector["options"]))
            total += 1
            if sorted(found) != sorted(vector["fails"]):
                differing += 1
                print(f"DIFFERS {vector['name']}: fails {found}, published {vector['fails']}")
    print(f"{total} receipts, {total - differing} judged as published, {differing} otherwise")
    return 1 if differing else 0


def main():
    parser = argparse.ArgumentParser(description="Verifies a receipt of Quittance.")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--context")
    parser.add_argument("--production", action="store_true")
    parser.add_argument("--keys", help="/.well-known/quittance-keys.json")
    parser.add_argument("--log-key", help="the log it must be in")
    parser.add_argument("--revocations", help="/.well-known/quittance-revocations.json")
    parser.add_argument("--receipt", help="the receipt that a step must be of")
    parser.add_argument("--vectors", action="store_true")
    given = parser.parse_args()
    if given.vectors:
        return hold_to_vectors()
    if not given.file:
        parser.error("name a receipt")
    checks = verify(pathlib.Path(given.file).read_bytes(), options_of(given))
    for name, wrong in checks:
        print(f"{'✗' if wrong else '✓'} {name}{': ' + wrong if wrong else ''}")
    print("Not valid." if failing(checks) else "Valid. Not proven: " + " ".join(NOT_PROVEN))
    return 1 if failing(checks) else 0


def options_of(given):
    options = {"issuerKeys": given.key, "production": given.production}
    if given.context is not None:
        options["context"] = given.context
    if given.keys:
        options["keys"] = json.loads(pathlib.Path(given.keys).read_text())
    if given.log_key:
        options["log"] = {"key": given.log_key, "required": True}
    if given.revocations:
        options["revocations"] = json.loads(pathlib.Path(given.revocations).read_text())
    if given.receipt:
        options["receipt"] = pathlib.Path(given.receipt).read_text()
    return options


if __name__ == "__main__":
    sys.exit(main())
