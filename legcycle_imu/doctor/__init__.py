"""What this computer needs to record and to show, looked at: each check gives a state, a finding and what to do."""

from legcycle_imu.doctor.checks import checks_here
from legcycle_imu.doctor.examination import Check, Finding, Result, State, examine

__all__ = ["Check", "Finding", "Result", "State", "checks_here", "examine"]
