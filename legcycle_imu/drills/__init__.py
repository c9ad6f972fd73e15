"""The drills of the method, counted and judged: heel drag, prone flicks, push and lift, drive, 30 m runs, hills.

`DrillSession.push(update)` gives the repetitions that became known; `DrillSession.view()` what a window shows.
"""

from legcycle_imu.drills.faults import ADVICE, Fault
from legcycle_imu.drills.kinds import RULES, Bound, Drill, DrillRule, DrillSettings, Posture
from legcycle_imu.drills.recognise import Activity, Recogniser, Span
from legcycle_imu.drills.repetition import Repetition
from legcycle_imu.drills.session import DrillSession
from legcycle_imu.drills.view import DrillState, DrillView, LegCount

__all__ = [
    "ADVICE",
    "RULES",
    "Activity",
    "Bound",
    "Drill",
    "DrillRule",
    "DrillSession",
    "DrillSettings",
    "DrillState",
    "DrillView",
    "Fault",
    "LegCount",
    "Posture",
    "Recogniser",
    "Repetition",
    "Span",
]
