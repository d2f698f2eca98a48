"""Shared by the three processes: the folder, the shutdown, and a faster database and message bus."""
import os
import signal
import types

FOLDER = os.environ['TESTBED_FOLDER']
# Polling interval of the message bus in memory; the default is longer.
POLL_SECONDS = 0.02


def quicken():
    """Keeps connections to sqlite open, and polls the message bus in memory more often.

    oslo.db opens a database file anew for each query, which costs more than the query."""
    from oslo_db.sqlalchemy import engines
    from sqlalchemy import pool

    def kept_open(creator, **options):
        options.update(pool_size=20, max_overflow=200)
        return pool.QueuePool(creator, **options)

    class KeptOpen(pool.QueuePool):
        def __new__(cls, creator, **options):
            return kept_open(creator, **options)

    engines.pool = types.SimpleNamespace(NullPool=KeptOpen, QueuePool=pool.QueuePool,
                                         StaticPool=pool.StaticPool,
                                         SingletonThreadPool=pool.SingletonThreadPool)


def poll_often():
    """The bus sleeps between looks at its queues; this shortens the sleep."""
    from oslo_messaging._drivers import impl_fake
    clock = impl_fake.time
    impl_fake.time = types.SimpleNamespace(time=clock.time,
                                           sleep=lambda pause: clock.sleep(min(pause, POLL_SECONDS)))


def serve(name):
    """Says that the service is ready, and waits for its end: a signal, or the time bound."""
    import eventlet

    def end(*_):
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with open(os.path.join(FOLDER, name + '.ready'), 'w') as file:
        file.write('%d\n' % os.getpid())
    eventlet.sleep(float(os.environ['TESTBED_SECONDS']))
    print(name, 'ends: its time is over', flush=True)
    end()
