"""Nova's fake hypervisor, whose steps can be made to fail."""
from nova.virt import fake

import faults


def stepwise(name):
    """The method of the fake hypervisor, preceded by a step that may fail."""
    original = getattr(fake.FakeDriver, name)

    def method(self, *positional, **named):
        faults.step(name)
        return original(self, *positional, **named)
    return method


class Hypervisor(fake.FakeDriver):
    def rebuild(self, *positional, **named):
        """A step of its own: by default a server is destroyed and spawned, like one that is created."""
        faults.step('rebuild')
        raise NotImplementedError()


for _name in ('spawn', 'reboot', 'migrate_disk_and_power_off', 'finish_migration', 'finish_revert_migration'):
    setattr(Hypervisor, _name, stepwise(_name))
