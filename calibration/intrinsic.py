"""Intrinsic calibration: bias, scale and non-orthogonality of an accelerometer from rests, taken back sample by sample.

At rest an accelerometer feels gravity, however it lies: |matrix . (measured - bias)| = g. Twelve rests in different
poses give nine unknowns; no pose need be exact, for only the size counts. That size does not see a rotation of the
whole sensor frame: the convention is a symmetric matrix, the correction that turns nothing. Scale and the angles
between the axes are the same with any convention. (Lötters et al. 1998, 10.1016/S0924-4247(98)00016-4; Frosio et
al. 2009, 10.1109/TIM.2008.2006137.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import degrees, radians, sqrt
from typing import NamedTuple

import numpy as np
from numpy.linalg import cond, inv, norm
from numpy.typing import NDArray
from scipy.linalg import sqrtm
from scipy.optimize import least_squares

from calibration.model import IntrinsicCalibration, Triple, columns_times
from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.samples import Floats, SampleBlock, Vectors

Matrix = NDArray[np.float64]
"""Shape (3, 3)."""
PAIRS = ((1, 2), (0, 2), (0, 1))
"""Pairs of axes, each under the number of the third."""
UNKNOWNS = 9
BELIEF = 3.0
"""Weight of the stated uncertainty of a rest against what the fit leaves, in degrees of freedom: those of 12 rests."""
LEAST_SEEN = 1e-6
"""Of a rest that the fit follows wholly nothing can be said; this keeps the quotient finite."""


@dataclass(frozen=True, slots=True)
class IntrinsicSettings:
    """What is asked of rests, and of what they give.

    Parameters
    ----------
    fewest_rests : with fewer nothing is fitted: nine unknowns
    rest_sd_g : least standard uncertainty of one rest's mean, g; 3 mg of white noise at 60 Hz over 2 s, the slowest
        sensor known here, leave 0.3 mg
    worst_fit_g : largest standard deviation of the rests about the fit, g; five times that of one rest
    worst_condition : largest condition number of the fit; six faces and six edges have 2.3, nine random poses 11 in the
        median and 47 in one of twenty
    bias_sd_g, scale_sd, nonorthogonality_sd_rad : largest standard uncertainties: half of what is promised (1 mg,
        0.1 %, 0.1 deg)
    largest_bias_g, largest_scale_error, largest_nonorthogonality_rad : more is a broken sensor or a wrong range;
        MEMS sensors leave the factory with 20 to 60 mg, 1 to 3 %, 1 to 2 deg
    """

    fewest_rests: int = UNKNOWNS
    rest_sd_g: float = 0.0003
    worst_fit_g: float = 0.0015
    worst_condition: float = 30.0
    bias_sd_g: float = 0.0005
    scale_sd: float = 0.0005
    nonorthogonality_sd_rad: float = radians(0.05)
    largest_bias_g: float = 0.2
    largest_scale_error: float = 0.1
    largest_nonorthogonality_rad: float = radians(5.0)


class AccelerometerFit(NamedTuple):
    """What the rests say of an accelerometer.

    Attributes
    ----------
    bias_m_s2 : (3,) bias, m/s^2
    matrix : (3, 3) symmetric: true = matrix . (measured - bias)
    residual_m_s2 : root mean square of what is left of |a| - g, m/s^2
    misfit : (n,) how badly each rest agrees with the others, in its own standard deviations
    bias_sd_m_s2, scale_sd, nonorthogonality_sd_rad : standard uncertainties, each of the worst axis
    """

    bias_m_s2: Floats
    matrix: Matrix
    residual_m_s2: float
    misfit: Floats
    bias_sd_m_s2: float
    scale_sd: float
    nonorthogonality_sd_rad: float


class Refused(NamedTuple):
    """Why the rests give no calibration.

    Attributes
    ----------
    reason : a sentence without its stop
    worst : number of the rest that agrees least with the others, where that is why; else None
    """

    reason: str
    worst: int | None = None


class AxisErrors(NamedTuple):
    """What a matrix takes back, as a person names it.

    Attributes
    ----------
    scale : (3,) by how much each axis tells too much, as a factor
    nonorthogonality_rad : (3,) by how much the angles between y and z, x and z, x and y fall short of a right one
    """

    scale: Floats
    nonorthogonality_rad: Floats


def corrected(block: SampleBlock, intrinsic: IntrinsicCalibration) -> SampleBlock:
    """Take back what a sensor makes of what it feels; the gyroscope's bias, which drifts, is left to the rests.

    Elementwise, so that the result does not hang on where the blocks are cut.
    """
    bias = intrinsic.acc_bias_m_s2
    acc = columns_times(intrinsic.acc_matrix, [block.acc[:, k] - bias[k] for k in range(3)])
    gyr = np.empty((3, len(block)))
    for k, scale in enumerate(intrinsic.gyr_scale):
        np.multiply(block.gyr[:, k], scale, out=gyr[k])
    return SampleBlock(block.time, gyr.T, acc, block.quality)


def fit_accelerometer(rests: Vectors, settings: IntrinsicSettings | None = None) -> AccelerometerFit | Refused:
    """Find what makes every rest feel one g.

    Parameters
    ----------
    rests : (n, 3) mean specific force of each rest, m/s^2, sensor frame

    Returns
    -------
    the fit, or what the rests lack
    """
    settings = settings or IntrinsicSettings()
    if len(rests) < settings.fewest_rests:
        return Refused(f"{len(rests)} rests are here, and {settings.fewest_rests} different ones are needed")
    measured = np.asarray(rests) / STANDARD_GRAVITY_M_S2
    start = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    found = least_squares(_excess, start, _slopes, args=(measured,), method="lm")
    slopes = _slopes(found.x, measured)
    if not found.success or cond(slopes) > settings.worst_condition:
        return Refused("the poses are too much alike to tell bias, scale and axes apart")
    return _judged(_fit(found.x, found.fun, slopes, settings), settings)


def axis_errors(matrix: Matrix | Sequence[Triple]) -> AxisErrors:
    """Give scale and non-orthogonality that a correction matrix takes back."""
    axes = inv(np.asarray(matrix))
    scale = norm(axes, axis=1)
    cosines = [axes[k] @ axes[m] / (scale[k] * scale[m]) for k, m in PAIRS]
    return AxisErrors(scale, np.arcsin(cosines))


def correction_matrix(errors: AxisErrors) -> Matrix:
    """Give the symmetric matrix that takes such errors back: the inverse of `axis_errors`."""
    products = np.diag(errors.scale**2)
    for angle, (k, m) in zip(errors.nonorthogonality_rad, PAIRS, strict=True):
        products[k, m] = products[m, k] = errors.scale[k] * errors.scale[m] * np.sin(angle)
    return np.asarray(inv(sqrtm(products)))


def as_triple(values: Floats) -> Triple:
    """Give three numbers as they are stored."""
    x, y, z = (float(value) for value in values)
    return x, y, z


def as_rows(matrix: Matrix) -> tuple[Triple, Triple, Triple]:
    """Give a matrix as it is stored."""
    return as_triple(matrix[0]), as_triple(matrix[1]), as_triple(matrix[2])


def _parts(unknowns: Floats, measured: Vectors) -> tuple[Matrix, Vectors, Vectors]:
    """Give the matrix, and of every rest what is left without bias, and what the matrix makes of it."""
    xx, yy, zz, yz, xz, xy = unknowns[3:]
    matrix = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    unbiased = measured - unknowns[:3]
    return matrix, unbiased, unbiased @ matrix


def _excess(unknowns: Floats, measured: Vectors) -> Floats:
    """Give by how much each rest feels more than one g, in g."""
    return np.asarray(norm(_parts(unknowns, measured)[2], axis=1) - 1.0)


def _slopes(unknowns: Floats, measured: Vectors) -> Floats:
    """Give the derivatives of `_excess`, shape (n, 9)."""
    matrix, unbiased, true = _parts(unknowns, measured)
    up = true / norm(true, axis=1)[:, np.newaxis]
    across = [up[:, k] * unbiased[:, m] + up[:, m] * unbiased[:, k] for k, m in PAIRS]
    return np.column_stack([-up @ matrix, up * unbiased, *across])


def _fit(unknowns: Floats, excess: Floats, slopes: Floats, settings: IntrinsicSettings) -> AccelerometerFit:
    matrix, _, _ = _parts(unknowns, np.empty((0, 3)))
    inverse = inv(slopes.T @ slopes)
    sd = _rest_sd_g(excess, settings) * np.sqrt(np.diag(inverse))
    seen = 1.0 - ((slopes @ inverse) * slopes).sum(axis=1)  # the share of a rest's error that is not fitted away
    g = STANDARD_GRAVITY_M_S2
    return AccelerometerFit(
        g * unknowns[:3],
        matrix,
        g * float(np.sqrt(np.mean(excess**2))),
        np.abs(excess) / (settings.rest_sd_g * np.sqrt(np.maximum(seen, LEAST_SEEN))),
        g * float(sd[:3].max()),
        float(sd[3:6].max()),
        2.0 * float(sd[6:].max()),  # an angle between two axes shows in two elements of the matrix
    )


def _rest_sd_g(excess: Floats, settings: IntrinsicSettings) -> float:
    """Give the standard uncertainty of a rest: what is left says little, being of few degrees of freedom."""
    free = len(excess) - UNKNOWNS
    told = (float(excess @ excess) + BELIEF * settings.rest_sd_g**2) / (free + BELIEF)
    return max(sqrt(told), settings.rest_sd_g)


def _judged(fit: AccelerometerFit, settings: IntrinsicSettings) -> AccelerometerFit | Refused:
    g, rests = STANDARD_GRAVITY_M_S2, len(fit.misfit)
    errors = axis_errors(fit.matrix)
    if (
        np.abs(fit.bias_m_s2).max() > settings.largest_bias_g * g
        or np.abs(errors.scale - 1.0).max() > settings.largest_scale_error
        or np.abs(errors.nonorthogonality_rad).max() > settings.largest_nonorthogonality_rad
    ):
        return Refused("no sound accelerometer errs so much, so its range may not be set as it is stated")
    worst = int(np.argmax(fit.misfit))
    spread_g = fit.residual_m_s2 / g * sqrt(rests / (rests - UNKNOWNS)) if rests > UNKNOWNS else 0.0
    if spread_g > settings.worst_fit_g:
        return Refused(f"the rests disagree by {1e3 * spread_g:.1f} mg: the sensor moved in one of them", worst)
    if (
        fit.bias_sd_m_s2 > settings.bias_sd_g * g
        or fit.scale_sd > settings.scale_sd
        or fit.nonorthogonality_sd_rad > settings.nonorthogonality_sd_rad
    ):
        return Refused(
            f"the rests leave the bias uncertain by {1e3 * fit.bias_sd_m_s2 / g:.2f} mg, the scale by "
            f"{100 * fit.scale_sd:.2f} % and the axes by {degrees(fit.nonorthogonality_sd_rad):.2f} degrees",
            worst if spread_g > settings.rest_sd_g else None,
        )
    return fit
