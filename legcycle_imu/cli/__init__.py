"""The command `legcycle`: one program, a command for each thing to do with a recording.

Nothing heavy is imported before a command runs, so that help comes at once.
"""

from legcycle_imu.cli.commands import app, main

__all__ = ["app", "main"]
