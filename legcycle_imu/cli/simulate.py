"""`legcycle simulate`: a run that nobody ran, with its truth beside it."""

from pathlib import Path
from typing import Annotated

import typer

from legcycle_imu.cli.console import busy, say

LONG_S = 120.0
"""A simulation longer than this takes some seconds, s."""
FASTEST_M_S = 12.0
"""Somewhat faster than anybody, m/s."""


def simulate(
    speed_m_s: Annotated[
        float, typer.Option(min=0.5, max=FASTEST_M_S, metavar="M_S", help="Speed of the run, m/s.", show_default=False)
    ],
    duration_s: Annotated[
        float, typer.Option(min=1.0, max=36000.0, metavar="S", help="Running time, s.", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Recording to make.", show_default=False)
    ],
    preamble: Annotated[
        bool, typer.Option("--preamble/--no-preamble", help="Stand 5 s and lift each knee five times first.")
    ] = True,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Another runner, other sensors and noise.")] = 0,
    rate_hz: Annotated[float, typer.Option(min=20.0, max=400.0, metavar="HZ", help="Rate of the sensors.")] = 200.0,
    acc_range_g: Annotated[
        float, typer.Option(min=2.0, max=400.0, metavar="G", help="Full scale of the accelerometers.")
    ] = 16.0,
    height_m: Annotated[
        float | None,
        typer.Option(min=1.0, max=2.5, metavar="M", help="Body height; drawn where not given.", show_default=False),
    ] = None,
) -> None:
    """Simulate a runner with four sensors, strapped on any way round, as a recording.

    What truly happened - events, strides, angles - goes into the folder NAME.truth beside NAME.legcycle.
    The same options give the same file.
    """
    from firmware_bridge.recording import refuse_existing
    from legcycle_imu.simulation import draw_runner, draw_sensors, running_script
    from legcycle_imu.simulation import simulate as simulated
    from legcycle_imu.simulation.files import write_recording, write_truth

    truth = output.with_suffix(".truth")
    for path in (output, truth):
        refuse_existing(path)
    with busy(f"simulating {duration_s:g} s", worth_saying=duration_s > LONG_S):
        script = running_script(speed_m_s, duration_s, preamble=preamble)
        sensors = draw_sensors(seed, rate_hz=rate_hz, acc_range_g=acc_range_g)
        simulation = simulated(script, draw_runner(seed, height_m=height_m), sensors, seed)
        write_recording(simulation, output)
        write_truth(simulation, truth)
    say(f"{output}: {script.duration_s:.1f} s, {len(simulation.strides)} strides; truth in {truth}")
