"""`python -m legcycle_imu.cli` is `legcycle`."""

from legcycle_imu.cli.app import main

main()
