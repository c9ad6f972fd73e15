"""The leg cycle of running, measured with inertial sensors on thigh and shank."""
