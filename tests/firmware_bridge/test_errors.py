from firmware_bridge.errors import ImportFileError, LegcycleError, Reason, RecordingError


def test_an_error_prints_its_sentence_and_its_advice():
    error = RecordingError(Reason.EMPTY, "a.legcycle is empty.", "Record again.")

    assert str(error) == "a.legcycle is empty. Record again."
    assert (error.reason, error.sentence, error.advice) == ("empty", "a.legcycle is empty.", "Record again.")


def test_one_except_clause_catches_all_of_the_worlds_errors():
    assert issubclass(RecordingError, LegcycleError)
    assert issubclass(ImportFileError, LegcycleError)
    assert not issubclass(LegcycleError, ValueError)
