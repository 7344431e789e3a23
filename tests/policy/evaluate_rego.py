"""Evaluates a Rego policy over a plan, in the environment that has regopy; prints JSON.

regopy 1.5.2 does not escape the quotes of a string that it prints, and `label.each["b"]` has some:
so every message travels as base64.
"""

import base64
import json
import sys
from importlib import import_module
from pathlib import Path

EVALUATED = "data.policy.evaluated"
DENIED = "[base64.encode(message) | some message in data.policy.deny]"


def evaluated(policy: str, plan: object) -> dict[str, object]:
    """Say how many rows the policy looked at and what it denies."""
    interpreter = import_module("regopy").Interpreter()
    interpreter.add_module("policy", policy)
    interpreter.set_input(plan)
    ((count,),) = [result.expressions for result in interpreter.query(EVALUATED).results]
    ((denied,),) = [result.expressions for result in interpreter.query(DENIED).results]
    messages = sorted(base64.b64decode(message).decode() for message in denied)
    return {"evaluated": count, "denied": messages}


if __name__ == "__main__":
    policy_file, plan_file = sys.argv[1:]
    answer = evaluated(Path(policy_file).read_text(), json.loads(Path(plan_file).read_text()))
    sys.stdout.write(json.dumps(answer))
