"""Bluetooth asked in a process of its own: `python -m legcycle_imu.doctor.listening`.

A system may end the program that asks without permission (macOS does: abort trap 6), or let it wait for ever.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links.monikers import KINDS, parse_moniker

LISTEN_S = 1.0
"""How long advertisements are listened to, s: whether Bluetooth works shows at once."""
PATIENCE_S = 15.0
"""Longest that listening may take, s; its own time-outs, beginning and end, are 5 s each."""
PROGRAM = (sys.executable, "-m", "legcycle_imu.doctor.listening")
STUCK = {
    "darwin": "Allow your terminal in System Settings > Privacy & Security > Bluetooth, then start it again.",
    "win32": "Switch Bluetooth off and on in Settings.",
}
OTHERWISE_STUCK = "Start the service again: sudo systemctl restart bluetooth."


def heard_apart(program: Sequence[str] = PROGRAM, patience_s: float = PATIENCE_S) -> int:
    """Give how many sensors were heard at once.

    Raises
    ------
    LinkError : Bluetooth cannot be used
    """
    path = os.pathsep.join(part for part in sys.path if part)
    try:
        done = subprocess.run(
            program,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=patience_s,
            check=False,
            env=os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise LinkError(Reason.NO_LINK, "Bluetooth does not answer in time.", if_stuck()) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"code {done.returncode}"])[-1]
        raise LinkError(Reason.NO_LINK, f"Asking Bluetooth ended the program that asked: {last}.", if_stuck())
    answer = json.loads(done.stdout)
    if "heard" not in answer:
        raise LinkError(Reason.NO_LINK, answer["sentence"], answer["advice"])
    return int(answer["heard"])


def if_stuck(system: str = sys.platform) -> str:
    """Give what to do where the system does not even answer."""
    return STUCK.get(system, OTHERWISE_STUCK)


def answer() -> dict[str, str | int]:
    """Listen for a moment in this process, and give what came of it."""
    make = KINDS["ble"].link
    assert make is not None
    try:
        return {"heard": len(make(parse_moniker("ble:")).find(LISTEN_S))}
    except LinkError as error:
        return {"sentence": error.sentence, "advice": error.advice}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answer()))
