"""Bytes to samples and back: devices, transports, recordings."""
