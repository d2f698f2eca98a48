"""Writes the configuration of the services: configure.py FOLDER VENV."""
import configparser
import os
import sys

FOLDER, VENV = sys.argv[1:3]
# No service authenticates there; a 401 has to contain an address.
KEYSTONE = 'http://127.0.0.1:5000'
QUIET = ('nova=WARNING,cinder=WARNING,placement=WARNING,eventlet.wsgi.server=WARNING,'
         'keystonemiddleware=ERROR,oslo_policy=ERROR,oslo_config=ERROR,stevedore=CRITICAL,'
         'py.warnings=ERROR,alembic=WARNING')


def inside(*parts):
    return os.path.join(FOLDER, *parts)


def database(name):
    return {'connection': 'sqlite:///' + inside('db', name + '.sqlite'), 'sqlite_synchronous': 'false'}


def common(name):
    return {'log_file': inside('log', name + '.log'), 'default_log_levels': QUIET}


def rpc(name):
    return dict(common(name), transport_url='fake:/', state_path=inside('state', name), my_ip='127.0.0.1')


SHARED = {
    'keystone_authtoken': {'www_authenticate_uri': KEYSTONE},
    'oslo_messaging_notifications': {'driver': 'noop'},
}

PLACEMENT = {
    'DEFAULT': common('placement'),
    'placement_database': database('placement'),
    'api': {'auth_strategy': 'noauth2'},
}

NOVA = dict(SHARED, **{
    'DEFAULT': dict(rpc('nova'), compute_driver='hypervisor.Hypervisor', enabled_apis='osapi_compute',
                    osapi_compute_listen='127.0.0.1', osapi_compute_listen_port=os.environ['COMPUTE_PORT'],
                    osapi_compute_workers='1', periodic_enable='false', rpc_response_timeout='60'),
    'conductor': {'workers': '1'},
    'scheduler': {'workers': '1'},
    # Validates each response against the upstream schemas; the log has the violations.
    'api': {'auth_strategy': 'keystone', 'response_validation': 'warn'},
    'api_database': database('nova-api'),
    'database': database('cell1'),
    'oslo_concurrency': {'lock_path': inside('state', 'nova', 'locks')},
    'wsgi': {'api_paste_config': os.path.join(VENV, 'etc', 'nova', 'api-paste.ini'), 'keep_alive': 'true'},
    'quota': {'instances': '-1', 'cores': '-1', 'ram': '-1'},
    'placement': {'auth_type': 'admin_token', 'token': 'admin',
                  'endpoint': 'http://127.0.0.1:' + os.environ['PLACEMENT_PORT']},
    'key_manager': {'backend': 'nova.keymgr.conf_key_mgr.ConfKeyManager'},
})

CINDER = dict(SHARED, **{
    # Two services in one process share a heartbeat record, so one would look dead after a while.
    'DEFAULT': dict(rpc('cinder'), host='control', auth_strategy='keystone', enabled_backends='fake',
                    api_paste_config=os.path.join(VENV, 'etc', 'cinder', 'api-paste.ini'),
                    osapi_volume_listen='127.0.0.1', osapi_volume_listen_port=os.environ['VOLUME_PORT'],
                    osapi_volume_workers='1', default_volume_type='__DEFAULT__', quota_volumes='-1',
                    quota_snapshots='-1', quota_gigabytes='-1', per_volume_size_limit='-1',
                    service_down_time='100000000', scheduler_driver_init_wait_time='1'),
    'fake': {'volume_driver': 'storage.Storage', 'volume_backend_name': 'fake', 'volume_clear': 'none',
             'target_helper': 'fake'},
    'database': database('cinder'),
    'coordination': {'backend_url': 'file://' + inside('state', 'cinder', 'coordination')},
    'oslo_concurrency': {'lock_path': inside('state', 'cinder', 'locks')},
})


def write(path, sections):
    # No interpolation of values, and no change of the case of keys.
    out = configparser.RawConfigParser(default_section='none')
    out.optionxform = str
    out.read_dict(sections)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        out.write(file)


for parts in (('log',), ('state', 'nova', 'locks'), ('state', 'cinder', 'locks'), ('state', 'cinder', 'coordination')):
    os.makedirs(inside(*parts), exist_ok=True)
for log in os.listdir(inside('log')):
    os.remove(inside('log', log))
write(inside('etc', 'placement', 'placement.conf'), PLACEMENT)
write(inside('etc', 'nova.conf'), NOVA)
write(inside('etc', 'cinder.conf'), CINDER)
