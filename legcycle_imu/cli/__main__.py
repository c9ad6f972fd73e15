"""`python -m legcycle_imu.cli` is `legcycle`."""

from legcycle_imu.cli.commands import main

main()
