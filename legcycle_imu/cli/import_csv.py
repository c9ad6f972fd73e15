"""`legcycle import csv`: sensor files become a recording."""

from pathlib import Path
from typing import Annotated

import typer

from legcycle_imu.cli.console import ProgressBar, say
from legcycle_imu.cli.options import HeightM, RunnerCode, ShankM, ThighM, runner_given

SensorFile = Annotated[
    Path | None, typer.Option(metavar="CSV", help="File of this sensor, .csv or .csv.gz.", show_default=False)
]


def import_csv(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Recording to make.", show_default=False)
    ],
    left_thigh: SensorFile = None,
    left_shank: SensorFile = None,
    right_thigh: SensorFile = None,
    right_shank: SensorFile = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
    acc_range_g: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="G", help="Full scale of the accelerometers; inferred where not given."),
    ] = None,
    gyr_range_dps: Annotated[
        float | None,
        typer.Option(min=1.0, metavar="DEG_S", help="Full scale of the gyroscopes; inferred where not given."),
    ] = None,
) -> None:
    """Make a recording of sensor files: thigh and shank of one leg, or of both.

    One file a sensor, with a heading that names the units:
    time_s,gyr_x_deg_s,gyr_y_deg_s,gyr_z_deg_s,acc_x_g,acc_y_g,acc_z_g (also _rad_s, _m_s2, time_ms, time_us).
    Sensors may be strapped on any way round, and may differ in rate and start. Samples are kept without loss.
    """
    from firmware_bridge.csv_import import import_csv as import_files
    from firmware_bridge.recording import Runner as StoredRunner
    from firmware_bridge.samples import Placement, Segment, Side

    who = runner_given(runner, height_m, thigh_m, shank_m)
    stored = StoredRunner(who.code, who.height_m, who.thigh_m, who.shank_m)
    files = {
        Placement(Side.LEFT, Segment.THIGH): left_thigh,
        Placement(Side.LEFT, Segment.SHANK): left_shank,
        Placement(Side.RIGHT, Segment.THIGH): right_thigh,
        Placement(Side.RIGHT, Segment.SHANK): right_shank,
    }
    with ProgressBar() as progress:
        report = import_files(
            {placement: path for placement, path in files.items() if path is not None},
            output,
            runner=None if stored == StoredRunner() else stored,
            acc_range_g=acc_range_g,
            gyr_range_dps=gyr_range_dps,
            progress=progress,
        )
    say(str(report))
