"""The volume driver of Cinder's tests, over fake storage, with steps that can be made to fail."""
from cinder.tests import fake_driver

import faults


class Storage(fake_driver.FakeLoggingVolumeDriver):
    def create_volume(self, volume):
        faults.step('create_volume')
        return super().create_volume(volume)

    def revert_to_snapshot(self, context, volume, snapshot):
        faults.step('revert_to_snapshot')
        return super().revert_to_snapshot(context, volume, snapshot)

    def extend_volume(self, volume, new_size):
        """There is nothing to extend; the record is Cinder's."""
