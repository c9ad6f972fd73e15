"""How legs leave the sagittal plane in running: the table in `calibration.sideways`, fitted anew.

    python -m benchmarks.fit_sideways --data DIR

Where a bone's mediolateral axis points is a convention that no recording tells. Here it is the axis that stands level
in the frontal plane when the runner stands and keeps its direction best while running: adduction and rotation, at the
first three harmonics of the swing, weigh alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from benchmarks.simulated import PROCESSES
from benchmarks.trials import SOURCE, Trial, arguments, data_folders, headline, said, table, trials
from calibration.evidence import SHANK_POSTURE, THIGH_POSTURE, AlignmentSettings, SensorHold
from calibration.forward import forward_when_running, relative_sign
from calibration.mediolateral import Movement, coefficients, phase_of, refined, tilts_of
from calibration.movement import running_strides
from calibration.sideways import COEFFICIENTS, HARMONICS, RUNNING_SHANK, RUNNING_THIGH, Sideways, Tilt, Wave
from calibration.swing import Swing, swing_of
from calibration.zero import Zero, upright_frame
from firmware_bridge.intake import Intake
from firmware_bridge.samples import Floats, Placement, SampleBlock, Segment, Side

ALIKE = Tilt(0.0, 20.0, (Wave(0.0, 0.0, 5.0), Wave(0.0, 0.0, 5.0), Wave(0.0, 0.0, 5.0)))
LEVEL = Sideways(ALIKE, Tilt(0.0, 0.2, ALIKE.waves))
IN_CODE = {Segment.THIGH: RUNNING_THIGH, Segment.SHANK: RUNNING_SHANK}
POSTURES = {Segment.THIGH: THIGH_POSTURE, Segment.SHANK: SHANK_POSTURE}
CUTOFF_HZ = 8.0
"""Of rates that are compared with the true ones."""
EDGE_S = 0.3
"""Of a section, s, which belongs to the transition."""
HEAD = ["segment", "tilt", "part", "in the code: mean, SD", "fitted: mean, SD", "LORO error, SD"]


@dataclass(frozen=True)
class Seen:
    """One segment of one leg in one trial, as of a left leg.

    Parameters
    ----------
    runner, segment : whose
    tilts : (2 * COEFFICIENTS,) rad, in a frame whose y is the vertical of standing
    axis : (3,) axis about which the sagittal angle turns, in that frame: the one on which its true rate depends most
    """

    runner: str
    segment: Segment
    tilts: Floats
    axis: Floats


def see(trial: Trial) -> list[Seen]:
    """Measure one trial; a process of its own may do it."""
    sensors, stream = trial.chunks()
    blocks = dict(zip((facts.placement for facts in sensors), Intake(sensors).push(stream), strict=True))
    rates = {facts.placement: facts.rate_hz for facts in sensors}
    seen = []
    for side in Side:
        parts = [(blocks[p], rates[p]) for p in blocks if p.side is side]
        seen += _of_leg(trial, side, [_hold(trial, block, rate) for block, rate in parts])
    return seen


def _hold(trial: Trial, block: SampleBlock, rate_hz: float) -> SensorHold:
    """Hold the running section, and know the first standing."""
    hold = SensorHold(rate_hz, AlignmentSettings(hold_s=60.0))
    (start, end), (_, stood) = trial.sections("run")[0], trial.sections("stand")[0]
    run = slice(*np.searchsorted(block.time, (start + EDGE_S, end - EDGE_S)).tolist())
    hold.push(block[: int(np.searchsorted(block.time, stood))])
    hold.take_until(stood)
    hold.samples = block[run]
    return hold


def _of_leg(trial: Trial, side: Side, holds: list[SensorHold]) -> list[Seen]:
    strides = running_strides(holds[1], AlignmentSettings())
    thigh, shank = (swing_of(hold, strides, np.pi) for hold in holds)
    if thigh is None or shank is None:
        return []
    shank = shank.turned(relative_sign(thigh, shank))
    sign, _ = forward_when_running(thigh, shank)
    swings = zip(Segment, (thigh.turned(sign), shank.turned(sign)), strict=True)
    return [Seen(trial.runner, segment, *_measured(trial, swing, side, segment)) for segment, swing in swings]


def _measured(trial: Trial, swing: Swing, side: Side, segment: Segment) -> tuple[Floats, Floats]:
    """Give the tilts, the mean over the bouts, in the frame that keeps its direction best, and the axis."""
    swing = swing.level_when_standing()
    frame = refined(_standing_frame(swing, segment), [Movement(swing.sweeps, LEVEL)], side, stood=True)
    each = []
    for sweep in swing.sweeps:
        swinging, adduction, rotation = tilts_of(sweep, frame)
        phase = phase_of(swinging, sweep)
        heading = rotation.mean() / np.cos(swinging).mean()  # the mean rotation is 0 by definition
        adduction, rotation = adduction - heading * np.sin(swinging), rotation - heading * np.cos(swinging)
        each.append([coefficients(adduction, phase), coefficients(rotation, phase)])
    share = np.array([len(sweep.spans) for sweep in swing.sweeps])
    mirror = 1.0 if side is Side.LEFT else -1.0
    tilts = np.asarray(mirror * np.average(np.array(each).reshape(len(each), -1), axis=0, weights=share))
    time, true = trial.angles
    slope = np.gradient(np.radians(true[Placement(side, segment)]), time)
    turning = np.column_stack([swing.gyr @ frame.T, np.ones(len(swing.time))])
    low = butter(2, CUTOFF_HZ, fs=trial.chunks()[0][0].rate_hz, output="sos")
    seen, wanted = (sosfiltfilt(low, x, axis=0) for x in (turning[:, :3], np.interp(swing.time, time, slope)))
    axis = np.linalg.lstsq(seen, wanted, rcond=None)[0]
    return tilts, np.asarray(axis / np.linalg.norm(axis)) * [mirror, mirror, 1.0]


def _standing_frame(swing: Swing, segment: Segment) -> NDArray[np.float64]:
    return upright_frame(swing, Zero(POSTURES[segment].standing_rad, 0.0, True))


def fitted(seen: Sequence[Seen], known: Sideways) -> Sideways:
    """Give how one segment of these legs leaves the sagittal plane; the mean rotation is 0 by definition."""
    every = np.degrees([s.tilts for s in seen])
    adduction, rotation = (_parts(every[:, k : k + COEFFICIENTS]) for k in (0, COEFFICIENTS))
    mean = float(adduction[0].real.mean())
    standing_deg = -float(np.degrees(np.mean([s.axis[1] for s in seen])))
    return Sideways(
        Tilt(mean, _spread(adduction[0]), _waves(adduction)),
        replace(known.rotation, waves=_waves(rotation)),
        standing_deg,
    )


def _parts(values: NDArray[np.float64]) -> list[NDArray[np.complex128]]:
    """Give mean and harmonics of a tilt, each for every leg, from its coefficients (legs, COEFFICIENTS)."""
    return [values[:, 0] + 0j, *(values[:, 2 * h + 1] + 1j * values[:, 2 * h + 2] for h in range(HARMONICS))]


def _spread(part: NDArray[np.complex128]) -> float:
    return float(np.sqrt((np.abs(part - part.mean()) ** 2).mean()))


def _waves(parts: list[NDArray[np.complex128]]) -> tuple[Wave, Wave, Wave]:
    first, second, third = (Wave(float(p.mean().real), float(p.mean().imag), _spread(p)) for p in parts[1:])
    return first, second, third


def rows_of(segment: Segment, seen: list[Seen]) -> list[list[str]]:
    """Give the rows of one segment: each coefficient's mean and spread, in the code and fitted."""
    rows, code = [], IN_CODE[segment]
    every = np.degrees([s.tilts for s in seen])
    runners = np.array([s.runner for s in seen])
    for k, (name, tilt) in enumerate({"adduction": code.adduction, "rotation": code.rotation}.items()):
        values = every[:, k * COEFFICIENTS : (k + 1) * COEFFICIENTS]
        parts = _parts(values)
        given = [Wave(tilt.mean_deg, 0.0, tilt.mean_sd_deg), *tilt.waves]
        for number, (part, wave) in enumerate(zip(parts, given, strict=True)):
            known = np.concatenate([part[runners == r] - part[runners != r].mean() for r in sorted(set(runners))])
            rows.append([
                str(segment), name, f"harmonic {number}" if number else "mean",
                _said(complex(wave.real_deg, wave.imag_deg), wave.sd_deg),
                _said(part.mean(), _spread(part)),
                f"{np.sqrt((np.abs(known) ** 2).mean()):.1f}",
            ])  # fmt: skip
    return rows


def axis_row(segment: Segment, seen: list[Seen]) -> list[str]:
    """Give the row of the axis about which the sagittal angle turns."""
    x, y, _ = np.degrees([s.axis for s in seen]).T
    in_code = f"{IN_CODE[segment].standing_deg:.1f}"
    return [str(segment), in_code, f"{-y.mean():+.1f}, {y.std():.1f}", f"{x.mean():+.1f}, {x.std():.1f}"]


def _said(mean: complex, sd: float) -> str:
    return f"{mean.real:+.1f} {mean.imag:+.1f}i, {sd:.1f}"


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline(
        "Tilts out of the sagittal plane", SOURCE,
        "Method: over the running section, against standing; phase 0 where the segment's swing is farthest forward; as "
        "of a left leg (a right one is its mirror image). deg; harmonics complex, SD the root mean square distance. "
        "LORO = against the mean of the other runners.",
    )  # fmt: skip
    folders = data_folders(options.data)
    if not folders:
        return
    every = trials(folders[-1], options.work)
    with get_context("spawn").Pool(PROCESSES) as pool:
        seen = [leg for legs in said(pool.imap(see, every), "measuring", len(every)) for leg in legs]
    rows = [row for s in Segment for row in rows_of(s, [leg for leg in seen if leg.segment is s])]
    table("Tilts", HEAD, rows)
    head = ["segment", "standing_deg in the code", "frontal, deg: mean, SD", "about y, deg: mean, SD"]
    table("Axis about which the true sagittal angle turns, against that of standing", head,
          [axis_row(s, [leg for leg in seen if leg.segment is s]) for s in Segment])  # fmt: skip


if __name__ == "__main__":
    main()
