"""What the disclosed steps of a run must keep to. Each rule gives the first thing that breaks it, or None."""

import service_receipt


def costs(steps, statement):
    total = sum(int(step["cost"]) for step in steps)
    for step in steps:
        if int(step["cost"]) > int(step["ceiling"]):
            return f"{step['stepId']} is above its ceiling"
    if statement["totalCost"] is not None and int(statement["totalCost"]) != total:
        return "the steps cost another total"
    if total > int(statement["maxCost"]):
        return "the steps cost more than the budget"


def order(steps, statement):
    kept = {each["stepId"]: each for each in statement.get("kept", [])}
    by_id = {step["stepId"]: step for step in steps}
    for step in steps:
        needed = [by_id.get(other) for other in step["dependencies"]]
        if statement["outcome"] == "completed" and step is steps[-1] and step["outcome"] != "completed":
            return "the last step did not complete"
        if step["outcome"] == "skipped":
            if not step["skippable"] and all(other and other["outcome"] == "completed" for other in needed):
                return f"{step['stepId']} was skipped without leave"
            if step["cost"] != "0" or step["attempt"] != 0 or step["outputCommitment"] is not None:
                return f"{step['stepId']} was skipped, yet something came of it"
        if step["outcome"] != "completed":
            continue
        if step["attempt"] < 1:
            return f"{step['stepId']} completed without an attempt"
        for other in needed:
            if other and _kept_before(kept.get(step["stepId"]), kept.get(other["stepId"])):
                continue
            if not other or other["outcome"] == "not_finished" or other["seq"] >= step["seq"]:
                return f"{step['stepId']} completed before what it depends on"


def _kept_before(step, other):
    if step is None:
        return False
    return other is None or (step["workflowId"] == other["workflowId"] and step["runNo"] < other["runNo"])


def payments(steps):
    seen = set()
    for step in steps:
        payment, planned = step["evidence"]["payment"], step
        if "executor" in step["evidence"]:
            named = [a for a in step.get("alternatives", []) if a["serviceId"] == step["evidence"]["executor"]]
            if not named:
                return f"{step['stepId']} was done by whom the plan does not name"
            planned = named[0]
        if payment is None:
            if step["outcome"] == "completed" and step["cost"] != "0" and step["recipient"] is not None:
                return f"{step['stepId']} has a cost and no payment"
            continue
        if payment["amount"] != step["cost"] or payment["payee"] != planned["recipient"]:
            return f"{step['stepId']} was paid otherwise than planned"
        if payment["network"] != planned["network"] or payment["asset"] != planned["asset"]:
            return f"{step['stepId']} was paid in another token"
        word = payment.get("serviceReceipt")
        wrong = None if word is None else service_receipt.complaint(word, payment)
        if wrong:
            return f"the service's receipt of {step['stepId']} {wrong}"
        if payment["signature"] in seen:
            return f"the payment of {step['stepId']} stands for another step too"
        seen.add(payment["signature"])


def rollback(statement, steps):
    said = statement["rollback"]
    named = said["undone"] + said["notUndone"]
    if statement["outcome"] == "completed":
        return "a run that completed has undone nothing"
    if len(set(named)) < len(named):
        return "a step is named twice"
    if said["outcome"] == "completed" and said["notUndone"]:
        return "all is said to be undone, and something not"
    done = None if steps is None else {step["stepId"] for step in steps if step["outcome"] == "completed"}
    if done is not None and set(named) - done:
        return "a step is named that did not complete"


def kept(steps, statement):
    by_id, seen = {step["stepId"]: step for step in steps}, set()
    for each in statement["kept"]:
        step = by_id.get(each["stepId"])
        if step is None or each["stepId"] in seen:
            return f"{each['stepId']} is no step, or was said before"
        seen.add(each["stepId"])
        if each["workflowId"] == statement["workflowId"] and each["runNo"] >= statement["runNo"]:
            return f"{each['stepId']} is kept from this run or a later one"
        if step["outcome"] != "completed" or step["cost"] != "0" or step["evidence"]["payment"] is not None:
            return f"{each['stepId']} is kept, yet was not done, or was paid for here"
