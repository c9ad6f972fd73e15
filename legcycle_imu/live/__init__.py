"""The live window: Qt draws what `legcycle_imu.view` says is to be seen. Needs PySide6 and pyqtgraph."""
