from math import cos, radians, sin

import numpy as np

from legcycle_imu.orientation.facing import Facing

TIME = np.arange(6.0)
IDENTITY = [np.full(6, float(k in (0, 4, 8))) for k in range(9)]
FORWARD = (np.ones(6), np.zeros(6), np.zeros(6))
SIDEWAYS = (np.zeros(6), np.zeros(6), np.ones(6))
SIDEWAYS_LATE = (np.zeros(2), np.zeros(2), np.ones(2))
TURN = radians(30.0)


def test_at_first_it_faces_as_the_samples_do():
    np.testing.assert_array_equal(Facing().x(TIME, IDENTITY, FORWARD), 1.0)
    np.testing.assert_array_equal(Facing().z(TIME, np.eye(3)[[2] * 6]), 1.0)


def test_a_turn_begins_with_its_sample():
    facing = Facing()
    facing.turn(3.0, TURN)
    np.testing.assert_allclose(facing.x(TIME, IDENTITY, SIDEWAYS), [0, 0, 0, *[sin(TURN)] * 3])
    np.testing.assert_allclose(facing.x(TIME, IDENTITY, FORWARD), [1, 1, 1, *[cos(TURN)] * 3])
    np.testing.assert_allclose(facing.z(TIME, np.eye(3)[[0] * 6]), [0, 0, 0, *[-sin(TURN)] * 3])


def test_a_later_turn_takes_the_place_of_the_one_before():
    facing = Facing()
    facing.turn(2.0, TURN)
    facing.turn(4.0, 0.0)
    np.testing.assert_allclose(facing.x(TIME, IDENTITY, SIDEWAYS), [0, 0, sin(TURN), sin(TURN), 0, 0])


def test_only_the_last_turn_is_kept():
    facing = Facing()
    facing.turn(2.0, -TURN)
    facing.turn(4.0, TURN)
    facing.forget()
    np.testing.assert_allclose(facing.x(TIME[4:], [a[4:] for a in IDENTITY], SIDEWAYS_LATE), [sin(TURN)] * 2)


def test_the_vectors_given_stay_as_they_are():
    facing = Facing()
    facing.turn(0.0, TURN)
    vectors = np.ones((6, 3))
    facing.z(TIME, vectors)
    facing.x(TIME, IDENTITY, FORWARD)
    np.testing.assert_array_equal(vectors, 1.0)
    np.testing.assert_array_equal(FORWARD[0], 1.0)
