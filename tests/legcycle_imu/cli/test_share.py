import sqlite3

from firmware_bridge.recording import Recording


def test_a_copy_is_made_and_what_it_lacks_and_holds_is_said(cli, recording, tmp_path):
    path = recording("run")
    with sqlite3.connect(path) as database:
        entry = "INSERT INTO entry (sensor, kind, arrival_ns, bytes) VALUES (NULL, 'marker', 1, ?)"
        database.executemany(entry, [(b"lap 1",), (b"Anna falls behind",)])
    database.close()
    before = path.read_bytes()
    result = cli("share", path)
    assert (result.exit_code, result.stdout) == (0, "")
    copy = tmp_path / "shared.legcycle"
    for words in (
        f"{copy}: 0.",
        "Removed:",
        "serial numbers",
        "no code is left",
        "centimetres stay blank",
        "1 of 2",
        "It holds:",
        "every sample to the bit",
        "lap 1",
        "It is not anonymous",
        "1 to 300 s",
        "consent",
    ):
        assert words in result.stderr
    assert "Anna" not in result.stderr
    assert path.read_bytes() == before
    with Recording.open(copy) as shared:
        assert shared.meta.runner is not None
        assert shared.meta.runner.code == ""
    assert "mark" in cli("info", copy).stdout


def test_the_copy_gives_the_same_table_where_lengths_are_kept(cli, recording, tmp_path):
    path = recording("sprint")
    assert cli("share", path, "-o", tmp_path / "lab.legcycle", "--keep-lengths").exit_code == 0
    for name in ("sprint", "lab"):
        assert cli("analyse", tmp_path / f"{name}.legcycle", "--strides", tmp_path / f"{name}.csv").exit_code == 0
    assert (tmp_path / "lab.csv").read_bytes() == (tmp_path / "sprint.csv").read_bytes()


def test_a_copy_is_never_written_over_a_file(cli, recording, tmp_path):
    path = recording("run")
    for taken in (path, tmp_path / "mine.legcycle"):
        if taken != path:
            taken.write_text("mine")
        before = taken.read_bytes()
        result = cli("share", path, "-o", taken)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "exists already" in result.stderr
        assert taken.read_bytes() == before


def test_what_is_no_recording_is_told(cli, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for path in (tmp_path / "notes.txt", tmp_path / "gone.legcycle"):
        assert cli("share", path).exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_name_as_code_is_remarked_upon_and_taken(cli, sensor_files, tmp_path):
    sensors = [f"{option}={sensor_files / name}.csv.gz" for option, name in SENSORS.items()]
    named = cli("import", "csv", *sensors, "--runner", "Anna Muster", "-o", tmp_path / "a.legcycle")
    assert named.exit_code == 0
    assert named.stderr.count("looks like a name") == 1
    coded = cli("import", "csv", *sensors, "--runner", "r07", "-o", tmp_path / "b.legcycle")
    assert "looks like a name" not in coded.stderr


SENSORS = {"--left-thigh": "left_thigh", "--left-shank": "left_shank"}
