"""Settings of the guided calibration."""

from dataclasses import dataclass, field, replace
from math import radians

from calibration.evidence import AlignmentSettings
from calibration.identify import IdentifySettings
from calibration.rest import RestSettings


@dataclass(frozen=True, slots=True)
class RoutineSettings:
    """Settings of the guided calibration; where no source is named, the value is chosen.

    Parameters
    ----------
    tick_s : stream time between two looks at the sensors; the length of the windows of `RestSettings`
    silent_s : a sensor that is so far behind the others in stream time has fallen silent
    patience_s : a step that has made no progress for so long is explained in other words
    check_s : rest over which `find` looks at what the sensors tell
    least_share, largest_share : samples that came, as a share of the nominal rate's, that are still taken
    gravity_m_s2, gravity_within_m_s2 : size of the specific force at rest; accelerometers leave the factory
        within 0.1 g
    gravity_unit : at rest, shares of g within which readings are in g instead of m/s^2
    quiet_gyr_rad_s, quiet_acc_m_s2 : largest standard deviation in a tick while a person who stands may be taken for
        standing between two movements; looser than `rest`, which asks for stillness
    before_s, after_s : quiet before a knee is lifted, and after the foot was put down
    longest_lift_s : a knee lift that lasts longer was not one
    same_pose_rad : gravity in a sensor's frame differs by less between two times of standing
    stand_s : how long to stand still; algorithms and vendors ask for 3 s
    stand_begun_s : standing that is broken after so long is called broken; before, it had not begun
    lifts : lifts of each knee that serve where there is no room to run
    settled_s : standing after the movement that ends the lifts
    hold_s : the movement's last samples that are kept
    other_pose_s : quiet in another pose than before for so long ends a lift that was none
    lift_agrees_rad : the plane of a knee lift and that of the fit differ by less; people lift the knee a little
        outwards
    least_thigh_rad : without running, the thigh covers as much; who sits can lift the knee by 30 to 40 deg
    least_shank_rad : without running, the shank covers as much; a shank that hangs down shows no plane
    least_agreement : correlation of the knee's acceleration forwards as told by thigh and by shank; 0.89 and more
        in simulated running and lifts, below -0.98 with one of them the wrong way round
    rest : when a sensor is still
    identify : settings of telling the leg that was lifted
    alignment : settings of the fit
    """

    tick_s: float = 0.25
    silent_s: float = 1.5
    patience_s: float = 20.0
    check_s: float = 1.0
    least_share: float = 0.6
    largest_share: float = 1.5
    gravity_m_s2: float = 9.81
    gravity_within_m_s2: float = 1.0
    gravity_unit: tuple[float, float] = (0.8, 1.25)
    quiet_gyr_rad_s: float = radians(10.0)
    quiet_acc_m_s2: float = 0.8
    before_s: float = 0.5
    after_s: float = 0.5
    longest_lift_s: float = 6.0
    same_pose_rad: float = radians(20.0)
    other_pose_s: float = 3.0
    stand_s: float = 3.0
    stand_begun_s: float = 1.0
    lifts: int = 5
    settled_s: float = 1.0
    hold_s: float = 30.0
    lift_agrees_rad: float = radians(45.0)
    least_thigh_rad: float = radians(45.0)
    least_shank_rad: float = radians(20.0)
    least_agreement: float = 0.5
    rest: RestSettings = field(default_factory=RestSettings)
    identify: IdentifySettings = field(default_factory=IdentifySettings)
    alignment: AlignmentSettings = field(default_factory=AlignmentSettings)

    def __post_init__(self) -> None:
        if not 0.0 < self.tick_s <= self.stand_s:
            raise ValueError(f"expected a tick above 0 s and no longer than the standing, got {self.tick_s}")

    @property
    def fit(self) -> AlignmentSettings:
        """Settings of the fit: from one lift to the next, of which one may be missed, and everything that is held."""
        return replace(self.alignment, lifts=max(1, self.lifts - 2), hold_s=4.0 * self.hold_s)
