"""The targets of a session while it runs: changed by a person, followed at once, kept in the config file if wished."""

from collections.abc import Callable
from pathlib import Path

from legcycle_imu.config_file import save_targets
from legcycle_imu.targets import Targets


class Aiming:
    """What strides are held against now.

    Parameters
    ----------
    targets : at first
    followers : each is told of other targets; none of them waits
    save : writes targets into the config file, and gives which one

    Attributes
    ----------
    targets : in force
    """

    def __init__(
        self, targets: Targets, *followers: Callable[[Targets], object], save: Callable[[Targets], Path] = save_targets
    ) -> None:
        self.targets = targets
        self._followers = followers
        self._save = save

    def aim(self, targets: Targets) -> None:
        """Hold the strides to come against these."""
        self.targets = targets
        for follower in self._followers:
            follower(targets)

    def keep(self) -> Path:
        """Write the targets in force into the config file; give its path.

        Raises
        ------
        LegcycleError
            if the file is not valid, or cannot be written; it is as it was then
        """
        return self._save(self.targets)
