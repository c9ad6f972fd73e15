"""The ways to sensors that are outside: radio, serial ports, the network; all give chunks to one live source."""
