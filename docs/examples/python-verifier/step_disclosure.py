"""One step of a run, shown apart: what its proof must be about, and the payment it shows."""

import commitments
import strict_json

SHOWABLE = ("input", "output", "cost", "executor")


def elements(document):
    """Elements outside of the statement, or what the schema cannot say."""
    shown = document["shown"]
    found = [shown[role] for role in ("input", "output") if shown.get(role) is not None]
    if "0" in found:
        return "zero is no commitment"
    return found + list(document.get("openings", {}).values())


def signals(document):
    statement, shown = document["statement"], document["shown"]
    made = statement["commitments"]
    if made is None:
        return None
    evidence = commitments.of_json("evidence", shown["executor"]) if "executor" in shown else 0
    return {
        "workflowHash": made["workflowHash"],
        "resultsRoot": made["resultsRoot"],
        "executionId": made["executionId"],
        "stepCount": str(statement["stepCount"]),
        "step": str(commitments.step_field(document["step"])),
        "outcome": str(commitments.OUTCOMES[document["outcome"]]),
        "shown": str(sum(1 << i for i, what in enumerate(SHOWABLE) if what in shown)),
        "shownInput": shown.get("input") or "0",
        "shownOutput": shown.get("output") or "0",
        "shownCost": shown.get("cost") or "0",
        "shownEvidence": str(evidence),
    }


def paid(document):
    """The step as rules of payments take steps; without its cost, the amount is taken as it stands."""
    shown = document["shown"]
    payment = shown["executor"]["payment"]
    cost = shown.get("cost", payment["amount"] if payment else "0")
    return {**document["step"], "outcome": document["outcome"], "evidence": shown["executor"], "cost": cost}


def of_receipt(document, text, form):
    try:
        receipt = strict_json.read(text.encode())
    except strict_json.NotStrict as error:
        return f"the receipt cannot be read: {error}"
    if form(receipt) or "step" in receipt:
        return "what is beside it is no receipt"
    same = strict_json.canonical(receipt["statement"]) == strict_json.canonical(document["statement"])
    return None if same else "it is of another receipt"
