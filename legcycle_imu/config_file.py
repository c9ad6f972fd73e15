"""Config files written: a new one, or sensors or targets into the one in force."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from firmware_bridge.errors import Reason
from firmware_bridge.found import Found
from firmware_bridge.samples import Placement
from legcycle_imu.config import LOCAL_NAME, ConfigError, find_config, parse_config, read_text
from legcycle_imu.config_text import with_sensors, with_targets
from legcycle_imu.tables import whole_or_nothing
from legcycle_imu.targets import Targets


def write_new(path: Path, text: str) -> None:
    """Write a config file that is not there yet, and its folder.

    Raises
    ------
    ConfigError
        if there is a file, which stays as it is, or none can be written
    """
    if path.is_file():
        sentence = f"There is a config file {path} already; it is left as it is."
        raise ConfigError(Reason.EXISTS, sentence, "Edit it, or move it away.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        sentence = f"{path} cannot be written: {error.strerror or error}."
        raise ConfigError(Reason.NOT_WRITABLE, sentence, "Work in a folder that may be written to.") from error


def save_sensors(worn: Mapping[Placement, Found], sources: Sequence[str] = ()) -> Path:
    """Write into the config file in force, or a new one of the folder, which sensor is worn where; give its path.

    Raises
    ------
    LegcycleError
        if the file is not valid, or cannot be written; it is as it was then
    """
    return _rewrite(lambda text: with_sensors(text, worn, sources))


def save_targets(targets: Targets) -> Path:
    """Write into the config file in force, or a new one of the folder, what strides are held against; give its path.

    Raises
    ------
    LegcycleError
        if the file is not valid, or cannot be written; it is as it was then
    """

    def change(text: str) -> str:
        parse_config(text)  # somebody may have edited it since the session began
        return with_targets(text, targets)

    return _rewrite(change)


def _rewrite(change: Callable[[str], str]) -> Path:
    path = find_config() or Path(LOCAL_NAME)
    text = change(read_text(path) if path.exists() else "")
    parse_config(text, str(path))
    with whole_or_nothing(path.resolve()) as stream:  # of a link, what it points to is replaced
        stream.write(text)
    return path
