"""Cinder in one process: API, scheduler and one back end with fake storage."""
import eventlet
eventlet.monkey_patch()
# Python creates the thread table before the patch, and oslo.service reads the table.
import __original_module_threading as unpatched  # noqa: E402
import threading  # noqa: E402
unpatched.current_thread.__globals__['_active'] = threading._active
import os  # noqa: E402

import os_brick  # noqa: E402
from keystonemiddleware import fixture as keystone  # noqa: E402
from oslo_config import cfg  # noqa: E402
from oslo_log import log  # noqa: E402

from cinder import i18n  # noqa: E402
i18n.enable_lazy()
from cinder.common import config  # noqa: E402, F401
from cinder import objects  # noqa: E402
from cinder import rpc  # noqa: E402
from cinder import service  # noqa: E402
from cinder import version  # noqa: E402

import people  # noqa: E402
import process  # noqa: E402

BACK_END = 'fake'

process.quicken()
process.poll_often()
objects.register_all()
cfg.CONF(['--config-file', os.path.join(process.FOLDER, 'etc', 'cinder.conf')], project='cinder',
         version=version.version_string())
log.setup(cfg.CONF, 'cinder')
os_brick.setup(cfg.CONF)
rpc.init(cfg.CONF)
tokens = keystone.AuthTokenFixture()
tokens.setUp()
people.admit(tokens)
cfg.CONF.register_opt(cfg.StrOpt('backend_host'), group=BACK_END)
service.Service.create(host='storage@' + BACK_END, service_name=BACK_END, binary='cinder-volume',
                       coordination=True, cluster=None).start()
service.Service.create(binary='cinder-scheduler').start()
service.WSGIService('osapi_volume').start()
process.serve('volume')
