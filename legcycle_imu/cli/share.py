"""`legcycle share`: a copy of a recording without who, when and in whose words."""

from pathlib import Path
from typing import Annotated

import typer

from legcycle_imu.cli.console import ProgressBar, say
from legcycle_imu.cli.options import RecordingFile


def share(
    file: RecordingFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Copy to make [shared.legcycle beside FILE].", show_default=False
        ),
    ] = None,
    keep_lengths: Annotated[
        bool, typer.Option("--keep-lengths", help="Keep the runner's lengths, without which there are no centimetres.")
    ] = False,
) -> None:
    """Copy a recording for others: without serial numbers, names, addresses, dates, lengths and free text.

    The copy gives the same strides; what it lacks and what it still holds is said. It is not anonymous: movement
    itself can tell who ran. The recording stays as it is, and a copy is never written over another file.
    """
    from legcycle_imu.sharing import NOT_ANONYMOUS
    from legcycle_imu.sharing import share as shared_copy

    target = output or file.with_name("shared.legcycle")
    with ProgressBar() as progress:
        shared = shared_copy(file, target, keep_lengths=keep_lengths, progress=progress)
    say(f"{target}: {target.stat().st_size / 1e6:.1f} MB. Removed:")
    for sentence in shared.removed:
        say(f"  - {sentence}")
    say("It holds:")
    for sentence in shared.stays:
        say(f"  - {sentence}")
    say(NOT_ANONYMOUS)
