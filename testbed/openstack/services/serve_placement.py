"""Placement's API, without authentication, because only Nova sends requests."""
import eventlet
eventlet.monkey_patch()
import os  # noqa: E402
import sys  # noqa: E402

import process  # noqa: E402

os.environ['OS_PLACEMENT_CONFIG_DIR'] = os.path.join(process.FOLDER, 'etc', 'placement')
sys.argv = ['placement-api']
process.quicken()

from eventlet import wsgi as server  # noqa: E402
from placement import wsgi  # noqa: E402

application = wsgi.init_application()
socket = eventlet.listen(('127.0.0.1', int(os.environ['PLACEMENT_PORT'])), backlog=256)
eventlet.spawn(server.server, socket, application, log_output=False)
process.serve('placement')
