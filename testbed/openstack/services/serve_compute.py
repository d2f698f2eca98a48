"""Nova in one process: API, conductor, scheduler and two computes, with the message bus in memory.

Real: the API with request schemas and policies, conductor, scheduler, resource tracker, cells, databases, and
Placement behind HTTP. Fake: the hypervisor, the lookup of tokens, and Glance, Neutron and Cinder, by fixtures of
Nova's functional tests."""
import nova.monkey_patch
nova.monkey_patch.patch(backend='eventlet')
import os  # noqa: E402
import sys  # noqa: E402

import eventlet  # noqa: E402
import fixtures  # noqa: E402
from eventlet import wsgi as server  # noqa: E402
from keystonemiddleware import fixture as keystone  # noqa: E402
from oslo_log import log  # noqa: E402

import nova.conf  # noqa: E402
from nova import config  # noqa: E402
from nova import context  # noqa: E402
from nova import objects  # noqa: E402
from nova import service  # noqa: E402
from nova.api import wsgi as api  # noqa: E402
from nova.api.openstack import wsgi_app  # noqa: E402
from nova.compute import rpcapi as compute_rpc  # noqa: E402
from nova.conductor import rpcapi as conductor_rpc  # noqa: E402
from nova.objects import host_mapping  # noqa: E402
from nova.scheduler import rpcapi as scheduler_rpc  # noqa: E402
from nova.tests import fixtures as stand_ins  # noqa: E402

import hypervisor  # noqa: E402
import people  # noqa: E402
import process  # noqa: E402

# Nova searches for the driver in the package of Nova.
sys.modules['nova.virt.hypervisor'] = hypervisor


class Stage(fixtures.Fixture):
    """What Nova's stand-ins expect of the test that uses them."""

    def stub_out(self, name, value):
        self.useFixture(fixtures.MonkeyPatch(name, value))

    def flags(self, group=None, **values):
        for name, value in values.items():
            nova.conf.CONF.set_override(name, value, group)


# Id, name, memory in MiB, cores, disk in GiB. The first three have equal disks, because Nova refuses a resize to a
# smaller disk.
FLAVORS = [('81', 'one', 512, 1, 10), ('82', 'two', 1024, 1, 10), ('83', 'three', 1024, 2, 10),
           ('90', 'no-disk', 512, 1, 0), ('91', 'too-big-for-any-host', 99999999, 9999, 40)]


def offer_flavors():
    """Flavors of the testbed, beside those that Nova's tests use."""
    admin = context.get_admin_context()
    if objects.FlavorList.get_all(admin):
        return
    stand_ins.DefaultFlavorsFixture().setUp()
    for identity, name, ram, cores, disk in FLAVORS:
        objects.Flavor(context=admin, flavorid=identity, name=name, memory_mb=ram, vcpus=cores, root_gb=disk,
                       ephemeral_gb=0, swap=0, rxtx_factor=1.0, disabled=False, is_public=True).create()


# Names of key pairs. Each user has both, and no user sees key pairs of a different user.
KEYS = ('key-one', 'key-two')


def give_keys():
    for user in sorted({user for user, _, _ in people.PEOPLE.values()}):
        for name in KEYS:
            objects.KeyPair(context=context.get_admin_context(), user_id=user, name=name, type='ssh',
                            public_key='ssh-ed25519 AAAA ' + name, fingerprint=':'.join(['00'] * 16)).create()


def begin(binary, host, topic, **more):
    nova.conf.CONF.set_override('host', host)
    service.Service.create(binary=binary, host=host, topic=topic, **more).start()


process.quicken()
process.poll_often()
config.parse_args(['nova', '--config-file', os.path.join(process.FOLDER, 'etc', 'nova.conf')])
log.setup(nova.conf.CONF, 'nova')
objects.register_all()
objects.Service.enable_min_version_cache()
stage = Stage()
stage.setUp()
for stand_in in (stand_ins.ComputeNodeIdFixture(), stand_ins.NeutronFixture(stage),
                 stand_ins.GlanceFixture(stage), stand_ins.CinderFixture(stage)):
    stage.useFixture(stand_in)
people.admit(stage.useFixture(keystone.AuthTokenFixture()))
offer_flavors()
give_keys()
begin('nova-conductor', 'control', conductor_rpc.RPC_TOPIC)
begin('nova-scheduler', 'control', scheduler_rpc.RPC_TOPIC)
for name in ('host-1', 'host-2'):
    begin('nova-compute', name, compute_rpc.RPC_TOPIC, topic_alt=compute_rpc.RPC_TOPIC_ALT)
host_mapping.discover_hosts(context.get_admin_context())
nova.conf.CONF.set_override('host', 'control')
application = api.Loader().load_app('osapi_compute')
wsgi_app._setup_service('control', 'osapi_compute')
socket = eventlet.listen(('127.0.0.1', int(os.environ['COMPUTE_PORT'])), backlog=256)
eventlet.spawn(server.server, socket, application, log_output=False)
process.serve('compute')
