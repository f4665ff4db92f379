"""Every commitment of a receipt, made again from what it discloses: the section "Hashing" of docs/receipt-format.md."""

import hashlib

from poseidon import poseidon
from strict_json import canonical

TAGS = {"result": 0x524553, "input": 0x494E50, "stepId": 0x534944, "execution": 0x455845, "evidence": 0x455644}
PLAN, ROOT, DETAIL, FINAL = 0x504C414E, 0x524F4F54, 0x4445544C, 0x46494E4C
OUTCOMES = {"not_finished": 0, "completed": 1, "skipped": 2, "failed": 3}


def slots_for(count):
    return next(n for n in (16, 32, 64, 128, 256, 512) if n >= count)


def of_digest(domain, data):
    digest = hashlib.sha256(data).digest()
    return poseidon(TAGS[domain], int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:], "big"))


def of_json(domain, value):
    return of_digest(domain, f"agent-receipt/v1/{domain}\0".encode() + canonical(value))


def of_bytes(domain, data):
    return of_digest(domain, f"agent-receipt/v1/{domain}/bytes\0".encode() + data)


def tree(elements):
    if len(elements) == 1:
        return elements[0]
    if len(elements) <= 16:
        return poseidon(*elements)
    return tree([poseidon(*elements[i : i + 16]) for i in range(0, len(elements), 16)])


def words(bits, values):
    per = 252 // bits
    return [
        sum(value << (bits * i) for i, value in enumerate(values[at : at + per])) for at in range(0, len(values), per)
    ]


def fits(value, bits):
    if value >> bits:
        raise ValueError(f"{value} does not fit {bits} bits")
    return value


def padded(values, slots):
    return values + [0] * (slots - len(values))


def execution_id(workflow_id, run_no):
    return of_json("execution", {"workflowId": workflow_id, "runNo": run_no})


def step_field(step):
    named = {
        "id": step["stepId"],
        "kind": step["kind"],
        "action": step["action"],
        "service": step["serviceId"],
        "recipient": step["recipient"],
        "network": step["network"],
        "asset": step["asset"],
    }
    if "alternatives" in step:
        named["alternatives"] = [
            {
                "service": other["serviceId"],
                "recipient": other["recipient"],
                "network": other["network"],
                "asset": other["asset"],
            }
            for other in step["alternatives"]
        ]
    return of_json("stepId", named)


def plan_hash(steps, max_cost, salt):
    slots = slots_for(len(steps))
    place, bits = {}, [0] * (slots * (slots - 1) // 2)
    for i, step in enumerate(steps):
        for other in step["dependencies"]:
            if other not in place:
                raise ValueError(f"{step['stepId']} does not stand after {other}")
            bits[i * (i - 1) // 2 + place[other]] = 1
        if step["stepId"] in place:
            raise ValueError(f"two steps are called {step['stepId']}")
        place[step["stepId"]] = i
    terms = [fits(int(step["ceiling"]), 36) + (step["skippable"] << 37) for step in steps]
    elements = padded([step_field(step) for step in steps], slots)
    elements += words(38, padded(terms, slots)) + words(1, bits)
    fits(int(max_cost), 52)
    return poseidon(PLAN * 65536 + slots, len(steps), int(max_cost), tree(elements), int(salt))


def results_root(steps, workflow_hash, execution):
    slots = slots_for(len(steps))
    pairs, metas = [], []
    for step in steps:
        evidence = of_json("evidence", step["evidence"])
        given, gave = int(step["inputCommitment"] or 0), int(step["outputCommitment"] or 0)
        pairs += [gave, poseidon(DETAIL, given, evidence, int(step["detailSalt"]))]
        meta = fits(int(step["cost"]), 36) + (fits(step["attempt"], 8) << 36) + (fits(step["seq"], 10) << 44)
        metas.append(meta + (OUTCOMES[step["outcome"]] << 54))
    root = tree(padded(pairs, 2 * slots) + words(56, padded(metas, slots)))
    return poseidon(ROOT * 65536 + slots, int(workflow_hash), int(execution), len(steps), root)


def final_hash(steps, salt):
    last = steps[-1]
    if last["outcome"] != "completed" or last["outputCommitment"] is None:
        return None
    return poseidon(FINAL, int(last["outputCommitment"]), int(salt))
