"""Sensor frame to segment frame: where a sensor sits on its segment, and how sure we are."""
